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

/** Characters of a name that are compared: no known name has half as many. */
const mostCompared = 64;

/** The known name that is fewest edits away from `name`, letter case aside; the first of equals. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const start = name.slice(0, mostCompared).toLowerCase();
  const distance = (candidate: string) => editDistance(start, candidate.toLowerCase());
  return [...known].sort((a, b) => distance(a) - distance(b))[0];
}
