import type { Entry } from "./entry";

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
