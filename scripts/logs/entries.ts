/** An entry of a node's journal. */
export interface Entry {
  node: string;
  /** When it was written, microseconds since 1970 by the node's clock. */
  at: number;
  /** Who wrote it, such as `node[4711]`. */
  writer: string;
  /** What was written; may have several lines. */
  message: string;
}

/** Text of a field: bytes come as a list of numbers, and one that is too large as nothing. */
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

/** Puts entries of several nodes into the order of their times, as far as they come in time. */
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
    // Entries of one node stay in their order: the sort is a stable one.
    due.sort((a, b) => a.entry.at - b.entry.at);
    for (const { entry } of due) this.print(entry);
  }
}
