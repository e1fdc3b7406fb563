import { generatedNotice } from "../notice";
import { text } from "../text";

/**
 * Directory of the authorized keys, one file for each login name. Root owns it, so that a logged-in user cannot
 * add a key. Format: sshd(8), AUTHORIZED_KEYS FILE FORMAT.
 */
export const authorizedKeysDirectory = "/etc/ssh/authorized_keys.d";

/** Type and data of a public key, which identify the key; the comment does not. */
function identity(line: string): string {
  return line.split(" ").slice(0, 2).join(" ");
}

/**
 * Renders the authorized keys, each key once.
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
