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
const mostCompared = 64;

/** The known name with the fewest edits to `name`, case ignored; the first one of several. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const start = name.slice(0, mostCompared).toLowerCase();
  const distance = (candidate: string) => editDistance(start, candidate.toLowerCase());
  return [...known].sort((a, b) => distance(a) - distance(b))[0];
}
