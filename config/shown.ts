/** Longest text of a stack file that a message repeats. */
const mostCharacters = 80;

/** What ends a line, moves a cursor or turns the direction of letters, and halves of letters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Beginnings of keys that are secret wherever they stand: private keys in PEM, identities of age. */
const secretForm = /PRIVATE KEY-----|AGE-SECRET-KEY-/i;

/**
 * The value as it would be written in JSON, shortened past 80 characters. Nothing is told of one that
 * holds a private key, whatever setting it stands at.
 */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const text = json(value);
  if (secretForm.test(text)) return veiled(value);
  return printable(shortened(text));
}

/** A name that the stack file gives: as it is if that can be read, else as {@link shown} would. */
export function shownName(name: unknown): string {
  const text = String(name);
  const plain = text.trim() === text && text !== "" && text.length <= mostCharacters;
  return plain && text.search(unprintable) < 0 ? text : shown(text);
}

/** What may be said about a secret value: its kind and length. */
export function veiled(value: unknown): string {
  if (typeof value === "string") return `a text of ${value.length} characters`;
  return value === undefined || value === null ? "nothing" : "a value that is hidden here";
}

function json(value: unknown): string {
  // JSON has numbers beyond those of JavaScript, and lists deeper than its recursion goes.
  if (typeof value === "number" && !Number.isFinite(value)) return `a number as large as ${value}`;
  try {
    return JSON.stringify(value);
  } catch {
    return "a value with too many levels";
  }
}

function shortened(text: string): string {
  if (text.length <= mostCharacters) return text;
  // A letter of two halves is not cut in the middle.
  return `${text.slice(0, mostCharacters - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const number = character.codePointAt(0)!.toString(16);
    return number.length <= 4 ? `\\u${number.padStart(4, "0")}` : `\\u{${number}}`;
  });
}
