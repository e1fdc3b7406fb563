import { isMap } from "../plugin/values";
import type { Step } from "./plan";
import { brief, isSecret, valueText } from "./values";

/** Longest shown value, characters. */
const longest = 80;

/** `serverType: cpx22 -> cpx32` for each changed value; a secret value appears only by name. */
export function valueChanges({ before, after, changed }: Step): string[] {
  const top = new Set(changed.map((path) => /^\w+/.exec(path)?.[0] ?? path));
  return [...top].flatMap((key) => differing(key, before[key], after[key]));
}

function differing(path: string, before: unknown, after: unknown): string[] {
  if (isSecret(before) || isSecret(after)) return [`${path}: [secret]`];
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isMap(before) && isMap(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differing(`${path}.${key}`, before[key], after[key]));
  }
  if (!Array.isArray(before) || !Array.isArray(after)) {
    return [`${path}: ${brief(before, longest)} -> ${brief(after, longest)}`];
  }
  if (before.length === after.length && [...before, ...after].every(isMap)) {
    return before.flatMap((one, i) => differing(`${path}[${i}]`, one, after[i]));
  }
  return [listChange(path, before, after)];
}

/** Added and removed items of a list. */
function listChange(path: string, before: readonly unknown[], after: readonly unknown[]): string {
  const [old, next] = [before.map(valueText), after.map(valueText)];
  const gone = old.filter((one) => !next.includes(one)).map((one) => `- ${brief(one, longest)}`);
  const come = next.filter((one) => !old.includes(one)).map((one) => `+ ${brief(one, longest)}`);
  const all = [...gone, ...come];
  return `${path}: ${all.length > 0 ? all.join(", ") : "in another order"}`;
}
