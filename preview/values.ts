import { isMap, secretSignature, signatureKey, unknownTexts, type Values } from "../plugin/values";

/** Finds a placeholder of a value that is not known yet. */
const unknownPattern = new RegExp([...unknownTexts].join("|"));

/** Text that stands for a secret. */
export const secretText = "[secret]";
/** Text that stands for a value that only the change creates. */
export const unknownText = "[known later]";

/** True if the engine withholds the value as a secret. */
export function isSecret(value: unknown): boolean {
  return value === secretText || (isMap(value) && value[signatureKey] === secretSignature);
}

/** True for a value that is known only after the change. */
export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && unknownPattern.test(value);
}

/** The value as a map; empty if it is not a map, or is secret. */
export function mapOf(value: unknown): Values {
  return isMap(value) && !isSecret(value) ? value : {};
}

/** A value in a few words, with every secret inside it hidden. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string" && !isSecret(value) && !isUnknown(value)) return value;
  return JSON.stringify(masked(value)).replaceAll(/"(\[(?:secret|known later)\])"/g, "$1");
}

/** The value with each secret and each unknown value inside it replaced by a word. */
export function masked(value: unknown): unknown {
  if (isSecret(value)) return secretText;
  if (isUnknown(value)) return unknownText;
  if (Array.isArray(value)) return value.map(masked);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, masked(one)]));
}

/** The value as {@link valueText} shows it, in one line of at most `most` characters. */
export function brief(value: unknown, most: number): string {
  const text = valueText(value).replaceAll("\n", " ");
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
