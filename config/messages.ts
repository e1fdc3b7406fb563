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

/** Number of single-character edits (insert, delete, replace) that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Largest number of characters of a name that are compared; every known name is shorter than half of it. */
const maxCompared = 64;

/** Largest number of edits to a name for which another one was meant: 2 of 5 letters, 1 of fewer. */
function mostEdits(name: string): number {
  return Math.max(1, Math.floor(name.length * 0.4));
}

/** Shortest name that is meant by a longer one, or by its beginning. */
const leastBeginning = 3;

/**
 * The known name that a wrong one probably means, case ignored: the one with the fewest edits if they are few, else the
 * closest one of those that begin with the wrong name, or with which it begins. The first one of several; undefined: none.
 */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const start = name.slice(0, maxCompared).toLowerCase();
  const distance = (candidate: string) => editDistance(start, candidate.toLowerCase());
  const sorted = [...known].sort((a, b) => distance(a) - distance(b));
  const [first] = sorted;
  if (first !== undefined && distance(first) <= mostEdits(start)) return first;
  return sorted.find((candidate) => {
    const [short, long] = [start, candidate.toLowerCase()].sort((a, b) => a.length - b.length);
    return short!.length >= leastBeginning && long!.startsWith(short!);
  });
}
