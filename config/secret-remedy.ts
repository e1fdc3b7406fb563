import { settingName } from "./printable";

/** Form of a variable's name, which needs no quotes in a path of the engine. */
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Remedy for a secret setting, as the end of a message. In a map each member is stored by itself: the engine would replace
 * all encrypted members of the map by the one text.
 *
 * @param path the setting.
 * @param isNamedMap true if the setting is a map with names that the stack file chooses.
 * @param member name of the member with the problem. @default the problem is the map's own
 * @param value the member's value.
 */
export function secretRemedy(
  path: readonly PropertyKey[],
  { isNamedMap, member, value }: { isNamedMap: boolean; member?: PropertyKey; value?: unknown },
): string {
  if (!isNamedMap) return `store it with: ${storeSecret(path)}`;
  if (typeof value === "string" && /[\r\n]/.test(value)) {
    return "store it in one line: in base64, which the app decodes";
  }
  if (member === undefined || !plainName.test(String(member))) {
    return `store each member by itself with: ${storeSecret([...path, "<NAME>"])}`;
  }
  return `store it with: ${storeSecret([...path, member])}`;
}

/** The command that stores one secret value. */
function storeSecret(path: readonly PropertyKey[]): string {
  return `pulumi config set --secret --path '${settingName(path)}'`;
}
