import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { redacted, settingName, secretRemedy } from "./messages";
import { settingsSchema } from "./schema";
import { type DocumentedSetting, documentedSettings, isNamedMap, secretSettings } from "./setting";
import { fromJson, isMap, isSecret, namespace, type RawSettings, valueAt } from "./stack-file";

/** Key of the token with which the program itself calls the API. */
const tokenKey = "hcloud:token";

/**
 * The map below `config:` of a stack file, with encrypted values as they are stored: `{secure: …}`.
 *
 * @returns undefined if there is no such file, as with `pulumi up --config-file`, or if its text is no YAML.
 */
export function rawSettingsOf(file: string): RawSettings | undefined {
  if (!existsSync(file)) return undefined;
  try {
    // The engine follows merge keys, so a secret may be behind one.
    const { config } = (parse(readFileSync(file, "utf8"), { merge: true }) ?? {}) as {
      config?: unknown;
    };
    return isMap(config) ? config : {};
  } catch {
    return undefined;
  }
}

/**
 * One problem for each value of a secret setting that is stored in clear text. Of a map the engine reports only that some
 * part is encrypted, so the stack file itself decides about each value.
 *
 * @param raw the decrypted settings, from the engine.
 * @param written see {@link rawSettingsOf}.
 */
export function clearTextSecrets(
  raw: RawSettings,
  written: RawSettings | undefined,
  schema: z.ZodType = settingsSchema,
): string[] {
  const own = ownSettings(written ?? {});
  const token = written?.[tokenKey];
  const problems = secretSettings(schema).flatMap((setting) => {
    const isEncryptedPart = isSecret(`${namespace}:${setting.path[0]}`);
    return [...(isEncryptedPart ? [] : clearParts(setting, raw)), ...clearParts(setting, own)].map(
      ({ member, value }) => inClear(setting, member, value),
    );
  });
  return [
    ...new Set(problems),
    ...(isMissing(token) || isEncrypted(token)
      ? []
      : [
          `${tokenKey} must be stored encrypted, got ${redacted(token)} in clear; ` +
            `store it with: pulumi config set --secret ${tokenKey}`,
        ]),
  ];
}

/** The program's own settings of a stack file, by name. The engine takes each as a map, or as a text of JSON. */
function ownSettings(written: RawSettings): RawSettings {
  const prefix = new RegExp(`^${namespace}:(config:)?`);
  return Object.fromEntries(
    Object.entries(written)
      .filter(([key]) => prefix.test(key))
      .map(([key, value]) => [
        key.replace(prefix, ""),
        typeof value === "string" ? fromJson(value) : value,
      ]),
  );
}

/** A value in clear text of a secret setting, with its name if the setting is a map. */
interface ClearPart {
  member?: string;
  value: unknown;
}

function clearParts({ path, schema }: DocumentedSetting, settings: RawSettings): ClearPart[] {
  const above = path.map((_, i) => valueAt(settings, path.slice(0, i)));
  const value = valueAt(settings, path);
  if (isMissing(value) || [...above, value].some(isEncrypted)) return [];
  if (!isNamedMap(schema) || !isMap(value)) return [{ value }];
  return Object.entries(value)
    .filter(([, one]) => !isMissing(one) && !isEncrypted(one))
    .map(([member, one]) => ({ member, value: one }));
}

function inClear({ path, schema }: DocumentedSetting, member: string | undefined, value: unknown) {
  const name = settingName(member === undefined ? path : [...path, member]);
  const map = isNamedMap(schema);
  const remedy = secretRemedy(path, {
    isNamedMap: map,
    ...(member === undefined ? {} : { member }),
  });
  return `${name} must be stored encrypted, got ${redacted(value)} in clear; ${remedy}`;
}

/**
 * True for a key of a stack file, such as `webstack:app.secretEnv.KEY` in its parts, whose value no output may contain: a
 * secret setting, a part of one, or a text in the place of a group with one.
 *
 * @param path the key, `webstack:app`, and the names below it.
 * @param value the value there.
 */
export function isRedactedSetting([key = "", ...rest]: readonly string[], value: unknown): boolean {
  if (key === tokenKey) return true;
  if (!new RegExp(`^${namespace}:`).test(key)) return false;
  const path = [key.split(":").at(-1)!, ...rest];
  return documentedSettings(settingsSchema)
    .filter(({ notes }) => notes.secret || notes.unshown)
    .some(({ path: secret }) => {
      const common = Math.min(secret.length, path.length);
      if (secret.slice(0, common).join("\0") !== path.slice(0, common).join("\0")) return false;
      return path.length >= secret.length || !isMap(value);
    });
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** True for an encrypted value of a stack file. https://www.pulumi.com/docs/iac/concepts/secrets */
function isEncrypted(value: unknown): boolean {
  return isMap(value) && typeof value.secure === "string" && Object.keys(value).length === 1;
}
