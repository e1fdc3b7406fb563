import { parse } from "../supervisor/core/gtid";

type Range = readonly [number, number];

/** Normal form of a GTID set: UUIDs in order, intervals merged. */
function text(sets: ReadonlyMap<string, readonly Range[]>): string {
  return [...sets]
    .filter(([, list]) => list.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, list]) =>
      [key, ...list.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))].join(":"),
    )
    .join(",");
}

/** Union of GTID sets, in normal form. */
export function union(...sets: readonly string[]): string {
  return text(parse(sets.filter((set) => set.trim() !== "").join(",")));
}

/** The transactions of `set` that are not in `taken`; empty: `taken` contains all. */
export function subtract(set: string, taken: string): string {
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

/** True if both GTID sets contain the same transactions. */
export function isSameSet(a: string, b: string): boolean {
  return union(a) === union(b);
}

/**
 * Encodes a GTID set for COM_BINLOG_DUMP_GTID.
 *
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_binlog_dump_gtid.html
 *
 * @throws Error if a GTID has a tag, which needs another encoding.
 */
export function encodeGtidSet(set: string): Buffer {
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
