import { isMap, type Values } from "../plugin/values";
import type { SettingChange } from "./model";
import { brief, secretText } from "./values";

/** True for an encrypted value of a stack file. https://www.pulumi.com/docs/iac/concepts/secrets */
function isEncrypted(value: unknown): boolean {
  return isMap(value) && typeof value.secure === "string" && Object.keys(value).length === 1;
}

/** Longest shown value, characters. */
const longest = 60;

/**
 * Settings that differ between two stack files, compared down to the level where one side is not a group.
 *
 * @param before map below `config:` of the earlier file.
 */
export function settingChanges(before: Values, after: Values): SettingChange[] {
  return differing(before, after, "");
}

function differing(before: Values, after: Values, path: string): SettingChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((name) => {
    const [from, to] = [before[name], after[name]];
    const key = path === "" ? name : `${path}.${name}`;
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    const isGroup = (value: unknown) =>
      value === undefined || (isMap(value) && !isEncrypted(value));
    if (isGroup(from) && isGroup(to)) {
      return differing((from ?? {}) as Values, (to ?? {}) as Values, key);
    }
    return [{ key, from: brief(hidden(from), longest), to: brief(hidden(to), longest) }];
  });
}

function hidden(value: unknown): unknown {
  if (isEncrypted(value)) return secretText;
  if (Array.isArray(value)) return value.map(hidden);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hidden(one)]));
}
