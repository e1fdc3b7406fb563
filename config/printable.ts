/** Longest value of a stack file in a message, characters. */
const maxCharacters = 80;

/** Control, format, line separator and surrogate characters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Patterns of private keys, which are always secret: PEM and age. */
const secretForm = /PRIVATE KEY-----|AGE-SECRET-KEY-/i;

/**
 * A value as JSON for messages, shortened to 80 characters. A value that contains a private key is redacted,
 * whatever setting it belongs to.
 */
export function printable(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const text = json(value);
  if (secretForm.test(text)) return redacted(value);
  return escaped(shortened(text));
}

/** A name from the stack file: unchanged if it is readable, else as {@link printable}. */
export function printableName(name: unknown): string {
  const text = String(name);
  const plain = text.trim() === text && text !== "" && text.length <= maxCharacters;
  return plain && text.search(unprintable) < 0 ? text : printable(text);
}

/** `webstack:web.count` for the path `["web", "count"]`. */
export function settingName(path: readonly PropertyKey[]): string {
  return `webstack:${path.map(printableName).join(".")}`;
}

/** Description of a secret value without the value: its kind and length. */
export function redacted(value: unknown): string {
  if (typeof value === "string") return `a text of ${value.length} characters`;
  return value === undefined || value === null ? "nothing" : "a value that is hidden here";
}

function json(value: unknown): string {
  // YAML allows numbers beyond JavaScript's, and nesting deeper than JSON.stringify's recursion.
  if (typeof value === "number" && !Number.isFinite(value)) return `a number as large as ${value}`;
  try {
    return JSON.stringify(value);
  } catch {
    return "a value with too many levels";
  }
}

function shortened(text: string): string {
  if (text.length <= maxCharacters) return text;
  // Do not cut a surrogate pair.
  return `${text.slice(0, maxCharacters - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function escaped(text: string): string {
  return text.replace(unprintable, (character) => {
    const number = character.codePointAt(0)!.toString(16);
    return number.length <= 4 ? `\\u${number.padStart(4, "0")}` : `\\u{${number}}`;
  });
}
