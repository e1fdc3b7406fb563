import { isMap, secretSignature, signatureKey, unknownTexts, type Values } from "../plugin/values";

/** Finds a text that stands for a value that is not known yet. */
const unknownPattern = new RegExp([...unknownTexts].join("|"));

/** What is shown of a secret. */
export const secretText = "[secret]";
/** What is shown of a value that comes with the change. */
export const unknownText = "[known later]";

/** True if the engine keeps the value for itself. */
export function isSecret(value: unknown): boolean {
  return value === secretText || (isMap(value) && value[signatureKey] === secretSignature);
}

/** True if a text is known after the change alone. */
export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && unknownPattern.test(value);
}

/** The value of a map; undefined if it is none, or is secret. */
export function mapOf(value: unknown): Values {
  return isMap(value) && !isSecret(value) ? value : {};
}

/** A value in a few words; never a secret one, also deep inside. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string" && !isSecret(value) && !isUnknown(value)) return value;
  return JSON.stringify(masked(value)).replaceAll(/"(\[(?:secret|known later)\])"/g, "$1");
}

/** The value with each secret and each unknown one replaced by a word. */
export function masked(value: unknown): unknown {
  if (isSecret(value)) return secretText;
  if (isUnknown(value)) return unknownText;
  if (Array.isArray(value)) return value.map(masked);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, masked(one)]));
}

/** As {@link shown}, in one line of at most so many characters. */
export function brief(value: unknown, most: number): string {
  const text = valueText(value).replaceAll("\n", " ");
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
