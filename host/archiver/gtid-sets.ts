import { parse } from "../supervisor/core/gtid";

type Range = readonly [number, number];

/** A GTID set as text: UUIDs in order, intervals joined. */
function text(sets: ReadonlyMap<string, readonly Range[]>): string {
  return [...sets]
    .filter(([, list]) => list.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, list]) =>
      [key, ...list.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))].join(":"),
    )
    .join(",");
}

/** All transactions of several GTID sets, in one form however they were written. */
export function union(...sets: readonly string[]): string {
  return text(parse(sets.filter((set) => set.trim() !== "").join(",")));
}

/** The transactions of `set` that are not in `taken`; empty: all are. */
export function minus(set: string, taken: string): string {
  const removed = parse(taken);
  const rest = [...parse(set)].map(([key, list]): [string, Range[]] => [
    key,
    list.flatMap((range) => cut(range, removed.get(key) ?? [])),
  ]);
  return text(new Map(rest));
}

function cut([from, to]: Range, removed: readonly Range[]): Range[] {
  const left: Range[] = [];
  let next = from;
  for (const [start, end] of removed) {
    if (end < next || start > to) continue;
    if (start > next) left.push([next, start - 1]);
    next = end + 1;
  }
  return next <= to ? [...left, [next, to]] : left;
}

/** True if both sets hold the same transactions. */
export function same(a: string, b: string): boolean {
  return union(a) === union(b);
}

/**
 * A GTID set as the replication protocol writes it.
 *
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_binlog_dump_gtid.html
 *
 * @throws Error if a GTID has a tag: such a set has another form.
 */
export function encoded(set: string): Buffer {
  const sets = [...parse(set)].filter(([, list]) => list.length > 0);
  const parts = sets.map(([key, list]) => {
    if (key.includes(":")) throw new Error(`GTIDs with tags are not archived, got ${key}`);
    const part = Buffer.alloc(24 + 16 * list.length);
    Buffer.from(key.replaceAll("-", ""), "hex").copy(part);
    part.writeBigUInt64LE(BigInt(list.length), 16);
    list.forEach(([from, to], i) => {
      part.writeBigUInt64LE(BigInt(from), 24 + 16 * i);
      part.writeBigUInt64LE(BigInt(to) + 1n, 32 + 16 * i);
    });
    return part;
  });
  const count = Buffer.alloc(8);
  count.writeBigUInt64LE(BigInt(sets.length));
  return Buffer.concat([count, ...parts]);
}
