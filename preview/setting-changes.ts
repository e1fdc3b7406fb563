import type { SettingChange } from "./model";
import { isMap, secretText, valueText, type Values } from "./values";

/** Values that a stack file keeps encrypted. https://www.pulumi.com/docs/iac/concepts/secrets */
function isEncrypted(value: unknown): boolean {
  return isMap(value) && typeof value.secure === "string" && Object.keys(value).length === 1;
}

/** Longest value that is shown, characters. */
const longest = 60;

/**
 * Settings that differ between two stack files, as deep as both sides have groups.
 *
 * @param before what is below `config:` of the file as it was.
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
    return [{ key, from: brief(from), to: brief(to) }];
  });
}

function brief(value: unknown): string {
  const text = valueText(hidden(value)).replaceAll("\n", " ");
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function hidden(value: unknown): unknown {
  if (isEncrypted(value)) return secretText;
  if (Array.isArray(value)) return value.map(hidden);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hidden(one)]));
}
