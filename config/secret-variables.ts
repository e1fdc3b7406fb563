import * as pulumi from "@pulumi/pulumi";
import { hasKnownPlaceholders } from "./command";
import { settingsSchema } from "./schema";
import { hiddenValues } from "./secrets";
import { decodeSettings } from "./stack-file";

/**
 * One warning for each variable of `app.env` that looks like a secret, with the commands that move the variable into
 * `app.secretEnv`. No warning contains a value.
 *
 * @param env `app.env` of the current stack file.
 */
export function variableWarnings(env: Readonly<Record<string, string>>): string[] {
  if (isEncrypted()) return [];
  return secretVariables(env).map(
    (name) =>
      `webstack:app.env.${name} looks like a secret, and app.env is stored in clear text; move it into app.secretEnv with: ` +
      `pulumi config set --secret --path 'webstack:app.secretEnv.${name}', ` +
      `then: pulumi config rm --path 'webstack:app.env.${name}'`,
  );
}

/** True if a part of `webstack:app` is stored encrypted and no secret setting explains that: it may be `app.env`. */
function isEncrypted(): boolean {
  const raw = decodeSettings(pulumi.runtime.allConfig(), settingsSchema);
  return hiddenValues(raw, settingsSchema)(["app"], "");
}

/** Last word of a name that says secret, as in `SMTP_PASSWORD`, `PGPASSWORD`, `STRIPE_API_KEY`, `SECRET_KEY_BASE`, `JWT_SECRET_2`. */
const secretName =
  /((PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY)S?|(^|_)(PASS|PWD)|(^|_)(PRIVATE|SECRET|ACCESS|ENCRYPTION|SIGNING)_KEYS?(_BASE)?)(_?\d+)?$/;
/** Word of a name that says that everybody may read the value, such as `NEXT_PUBLIC_MAP_TOKEN`. */
const publicName = /(^|_)(PUBLIC|PUBLISHABLE)(_|$)|^(VITE|REACT_APP)_/;
/** A number of tokens, such as `MAX_TOKENS`. */
const tokenCount = /TOKENS$/;
/** Longest part of a value that is searched, characters. */
const maxLength = 2_000;
/** Name of an address in the form of a library, which may lack a scheme. */
const addressName = /(DSN|URL|URI)(_?\d+)?$/;

/** Values that are no secret, whatever the name says: nothing, a switch, a small number or a time, a path. */
const harmless = [
  /^\s*$/,
  /^(true|false|yes|no|on|off|none|null|enabled|disabled|required|optional)$/i,
  /^\d{1,5}(\.\d+)?\s?([smhdwy]|ms|min)?$/i,
  /^(~|\.{1,2})?\/([\w.@-]+\/)*[\w.@-]*$/,
];
/** Start of a URL. */
const scheme = /^[a-z][a-z0-9+.-]*:\/\//i;
/** User and password of a URL; the group is the password. The user may be an address of mail. */
const urlPassword = /[a-z][a-z0-9+.-]*:\/\/[^\s:/?#]*:([^\s@/?#]+)@/i;
/** User and password before a host, as in `user:password@tcp(db.example.com:3306)/shop`. */
const plainPassword = /^(?!sips?:|mailto:)[^\s:@/]+:([^\s@/]+)@[\w.-]*[(:/]/;

/** Names of the variables that look like secrets. A value with one of the database's own values is a reference, not a secret. */
export function secretVariables(env: Readonly<Record<string, string>>): string[] {
  return Object.keys(env).filter((name) => looksSecret(name, env[name]!));
}

function looksSecret(name: string, whole: string): boolean {
  const value = whole.slice(0, maxLength);
  if (/PRIVATE KEY-----/.test(value)) return true;
  const password =
    urlPassword.exec(value) ?? (addressName.test(name) ? plainPassword.exec(value) : null);
  if (password) return !isReference(password[1]!);
  if (!secretName.test(name) || publicName.test(name)) return false;
  if (tokenCount.test(name) && /^\d+$/.test(value)) return false;
  return !scheme.test(value) && !isReference(value) && !harmless.some((form) => form.test(value));
}

function isReference(value: string): boolean {
  return value.includes("${") && hasKnownPlaceholders(value);
}
