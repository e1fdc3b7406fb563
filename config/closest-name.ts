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
