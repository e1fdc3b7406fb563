/** An entry of a node's journal. */
export interface Entry {
  node: string;
  /** Time of the entry, microseconds since 1970 by the node's clock. */
  at: number;
  /** Program and process id, such as `node[4711]`. */
  writer: string;
  /** Text of the entry; may have several lines. */
  message: string;
}

/** Text of a field. `journalctl` prints bytes as a list of numbers, and a field that is too large as null. */
function textOf(field: unknown): string {
  if (typeof field === "string") return field;
  return Array.isArray(field) ? Buffer.from(field as number[]).toString() : "(no text)";
}

/** The entry in a line of `journalctl --output=json`; undefined if it is none. */
export function entryIn(node: string, line: string): Entry | undefined {
  try {
    const fields = JSON.parse(line) as Record<string, unknown>;
    const at = Number(fields.__REALTIME_TIMESTAMP);
    if (!Number.isFinite(at)) return undefined;
    const name = textOf(fields.SYSLOG_IDENTIFIER ?? fields._COMM ?? "kernel");
    const pid = fields._PID === undefined ? "" : `[${textOf(fields._PID)}]`;
    return { node, at, writer: `${name}${pid}`, message: textOf(fields.MESSAGE) };
  } catch {
    return undefined;
  }
}

/** Lines for a person, each with the node; its name takes `width` columns. */
export function entryLines({ node, at, writer, message }: Entry, width: number): string[] {
  const time = new Date(at / 1_000).toISOString().replace("T", " ");
  const head = `${node.padEnd(width)}  ${time}  ${writer}: `;
  return message
    .trimEnd()
    .split("\n")
    .map((line) => `${head}${line}`);
}

/** Sorts entries of several nodes by their times, as far as they arrive in time. */
export class Merge {
  private waiting: { entry: Entry; arrivedAt: number }[] = [];

  constructor(private readonly print: (entry: Entry) => void) {}

  /** Takes an entry that arrived at that moment, milliseconds. */
  add(entry: Entry, arrivedAt: number): void {
    this.waiting.push({ entry, arrivedAt });
  }

  /** Prints what arrived at that moment, milliseconds, or before; absent: everything. */
  flush(until = Infinity): void {
    const due = this.waiting.filter(({ arrivedAt }) => arrivedAt <= until);
    this.waiting = this.waiting.filter(({ arrivedAt }) => arrivedAt > until);
    // Entries of one node keep their order, because the sort is stable.
    due.sort((a, b) => a.entry.at - b.entry.at);
    for (const { entry } of due) this.print(entry);
  }
}
