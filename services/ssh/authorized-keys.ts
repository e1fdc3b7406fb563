import { generatedNotice } from "../notice";
import { text } from "../text";

/**
 * Folder of the files with keys that may log in, one file for each login name. Root's, so that who
 * logs in adds nobody. Format: sshd(8), AUTHORIZED_KEYS FILE FORMAT.
 */
export const authorizedKeysDirectory = "/etc/ssh/authorized_keys.d";

/** Type and data of a public key, which tell it from others; the comment does not. */
function identity(line: string): string {
  return line.split(" ").slice(0, 2).join(" ");
}

/**
 * Renders the keys that may log in, each once.
 *
 * @param keys OpenSSH public keys, the stack's own first.
 */
export function authorizedKeys(keys: readonly string[]): string {
  const names = keys.map(identity);
  const [own, ...people] = keys.filter((_, i) => names.indexOf(names[i]!) === i);
  return text`
    ${generatedNotice}
    # The stack's own deploy key; then people's, webstack:admin.sshKeys.
    ${own ?? []}
    ${people}
  `;
}
