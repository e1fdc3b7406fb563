import { isMap, secretSignature, signatureKey, unknownTexts, type Values } from "../plugin/values";
import type { SettingChange } from "./model";

/** Finds a placeholder of a value that is not known yet. */
const unknownPattern = new RegExp([...unknownTexts].join("|"));

/** Text that stands for a secret. */
const secretText = "[secret]";
/** Text that stands for a value that only the change creates. */
const unknownText = "[known later]";

/** True if the engine withholds the value as a secret. */
export function isSecret(value: unknown): boolean {
  return value === secretText || (isMap(value) && value[signatureKey] === secretSignature);
}

/** True for a value that is known only after the change. */
export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && unknownPattern.test(value);
}

/** The known texts of a host's files by path; undefined: not even their names are known. */
export function knownTexts(files: unknown): Readonly<Record<string, string>> | undefined {
  if (isUnknown(files)) return undefined;
  const known = Object.entries(mapOf(files)).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && !isUnknown(entry[1]),
  );
  return Object.fromEntries(known);
}

/** The value as a map; empty if it is not a map, or is secret. */
export function mapOf(value: unknown): Values {
  return isMap(value) && !isSecret(value) ? value : {};
}

/** A value as short text, with every secret inside it hidden. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string" && !isSecret(value) && !isUnknown(value)) return value;
  return JSON.stringify(masked(value)).replaceAll(/"(\[(?:secret|known later)\])"/g, "$1");
}

/** The value with each secret and each unknown value inside it replaced by a word. */
function masked(value: unknown): unknown {
  if (isSecret(value)) return secretText;
  if (isUnknown(value)) return unknownText;
  if (Array.isArray(value)) return value.map(masked);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, masked(one)]));
}

/** The value as {@link valueText} shows it, in one line of at most `most` characters. */
function brief(value: unknown, max: number): string {
  const text = valueText(value).replaceAll("\n", " ");
  return text.length > max ? `${text.slice(0, max)}…` : text;
}

/** Longest shown value, characters. */
const longestValue = 80;

/** `serverType: cpx22 -> cpx32` for each changed value; a secret value appears only by name. */
export function valueChanges({
  before,
  after,
  changed,
}: {
  before: Values;
  after: Values;
  changed: readonly string[];
}): string[] {
  const top = new Set(changed.map((path) => /^\w+/.exec(path)?.[0] ?? path));
  return [...top].flatMap((key) => differingValues(key, before[key], after[key]));
}

function differingValues(path: string, before: unknown, after: unknown): string[] {
  if (isSecret(before) || isSecret(after)) return [`${path}: [secret]`];
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isMap(before) && isMap(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differingValues(`${path}.${key}`, before[key], after[key]));
  }
  if (!Array.isArray(before) || !Array.isArray(after)) {
    return [`${path}: ${brief(before, longestValue)} -> ${brief(after, longestValue)}`];
  }
  if (before.length === after.length && [...before, ...after].every(isMap)) {
    return before.flatMap((one, i) => differingValues(`${path}[${i}]`, one, after[i]));
  }
  return [listChange(path, before, after)];
}

/** Added and removed items of a list. */
function listChange(path: string, before: readonly unknown[], after: readonly unknown[]): string {
  const [old, next] = [before.map(valueText), after.map(valueText)];
  const gone = old
    .filter((one) => !next.includes(one))
    .map((one) => `- ${brief(one, longestValue)}`);
  const come = next
    .filter((one) => !old.includes(one))
    .map((one) => `+ ${brief(one, longestValue)}`);
  const all = [...gone, ...come];
  return `${path}: ${all.length > 0 ? all.join(", ") : "in another order"}`;
}

/** True for an encrypted value of a stack file. https://www.pulumi.com/docs/iac/concepts/secrets */
function isEncrypted(value: unknown): boolean {
  return isMap(value) && typeof value.secure === "string" && Object.keys(value).length === 1;
}

/** Longest shown value, characters. */
const longestSetting = 60;

/** True for a setting whose value no output may contain, given the names from its key down and its value. */
export type IsRedactedSetting = (path: readonly string[], value: unknown) => boolean;

/**
 * Settings that differ between two stack files, compared down to the level where one side is not a group. Encrypted and
 * unshown values appear only by name.
 *
 * @param before map below `config:` of the earlier file.
 */
export function settingChanges(
  before: Values,
  after: Values,
  isRedacted: IsRedactedSetting,
): SettingChange[] {
  return differingSettings(before, after, [], isRedacted);
}

function differingSettings(
  before: Values,
  after: Values,
  above: readonly string[],
  isRedacted: IsRedactedSetting,
): SettingChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((name) => {
    const [from, to] = [before[name], after[name]];
    const path = [...above, name];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    const isGroup = (value: unknown) =>
      value === undefined || (isMap(value) && !isEncrypted(value));
    if (isGroup(from) && isGroup(to)) {
      return differingSettings((from ?? {}) as Values, (to ?? {}) as Values, path, isRedacted);
    }
    const shown = (value: unknown) => brief(hidden(value, path, isRedacted), longestSetting);
    return [{ key: path.join("."), from: shown(from), to: shown(to) }];
  });
}

function hidden(value: unknown, path: readonly string[], isRedacted: IsRedactedSetting): unknown {
  if (value === undefined || value === null) return value;
  if (isEncrypted(value)) return secretText;
  if (!isMap(value)) {
    if (isRedacted(path, value)) return secretText;
    return Array.isArray(value) ? value.map((one) => hidden(one, path, isRedacted)) : value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, hidden(one, [...path, key], isRedacted)]),
  );
}
