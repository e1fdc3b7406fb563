/** Intervals of transaction numbers by UUID, or by UUID and tag. */
export type Intervals = Map<string, [number, number][]>;

/** Parses `uuid:1-5:7,uuid:tag:1-3`; the key of tagged intervals is `uuid:tag`. */
export function parse(set: string): Intervals {
  const result: Intervals = new Map();
  for (const part of set
    .replace(/\s/g, "")
    .split(",")
    .filter((text) => text !== "")) {
    const [uuid = "", ...items] = part.split(":");
    let key = uuid.toLowerCase();
    for (const item of items) {
      const range = /^(\d+)(?:-(\d+))?$/.exec(item);
      if (!range) {
        key = `${uuid.toLowerCase()}:${item}`;
        continue;
      }
      const list = result.get(key) ?? [];
      list.push([Number(range[1]), Number(range[2] ?? range[1])]);
      result.set(key, list);
    }
  }
  for (const [key, list] of result) result.set(key, joined(list));
  return result;
}

function joined(list: [number, number][]): [number, number][] {
  const sorted = [...list].sort(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/**
 * The intervals of `inner` that `outer` does not contain entirely, as a GTID set; empty: `outer` contains
 * all.
 */
export function missingFrom(outer: string, inner: string): string {
  const all = parse(outer);
  return [...parse(inner)]
    .flatMap(([key, list]) => {
      const known = all.get(key) ?? [];
      const absent = list.filter(
        ([from, to]) => !known.some(([start, end]) => start <= from && to <= end),
      );
      return absent.map(([from, to]) => `${key}:${from}${to > from ? `-${to}` : ""}`);
    })
    .join(",");
}

/** The transactions that both sets contain. */
export function intersection(a: string, b: string): string {
  const other = parse(b);
  return [...parse(a)]
    .flatMap(([key, list]) =>
      list.flatMap(([from, to]) =>
        (other.get(key) ?? []).flatMap(([start, end]) => {
          const [first, last] = [Math.max(from, start), Math.min(to, end)];
          return first > last ? [] : [`${key}:${first}-${last}`];
        }),
      ),
    )
    .join(",");
}

/** The largest intervals of a set whose text has at most so many characters; all of them if they fit. */
export function largestIntervals(set: string, maxLength: number): string {
  const bySize = [...parse(set)]
    .flatMap(([key, list]) => list.map(([from, to]) => ({ key, from, to })))
    .sort((a, b) => b.to - b.from - (a.to - a.from));
  const taken = new Map<string, string>();
  let length = 0;
  for (const { key, from, to } of bySize) {
    const before = taken.get(key) ?? `,${key}`;
    const after = `${before}:${from}-${to}`;
    length += after.length - (taken.has(key) ? before.length : 0);
    if (length > maxLength) break;
    taken.set(key, after);
  }
  return [...taken.values()].join("").slice(1);
}

/** True if every transaction of `inner` is in `outer`. */
export function includes(outer: string, inner: string): boolean {
  return missingFrom(outer, inner) === "";
}

/** Number of transactions in a GTID set. */
export function countOf(set: string): number {
  const ranges = [...parse(set).values()].flat();
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
