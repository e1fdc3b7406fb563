import { readFileSync } from "node:fs";
import { subtract } from "../../../host/archiver/gtid-sets";
import type { Target } from "../../restore/target";
import { Copy } from "./copy";
import type { Entry, Operation } from "./operations";
import { below, type Random } from "./row-writer";

/** How far a restored second may be off, microseconds. */
const slackUs = 1_000_000;

/** Entries of a journal in the order of their GTIDs. @throws Error if a GTID is there twice, or with another UUID. */
export function readJournal(path: string): Entry[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return ordered(lines.map((line) => JSON.parse(line) as Entry));
}

export function ordered(entries: readonly Entry[]): Entry[] {
  const sorted = [...entries].sort((a, b) => a.number - b.number);
  sorted.forEach((entry, i) => {
    const before = sorted[i - 1];
    if (before?.number === entry.number || (before && before.uuid !== entry.uuid)) {
      throw new Error(`GTIDs ${before.uuid}:${before.number} and ${entry.uuid}:${entry.number}`);
    }
  });
  return sorted;
}

/** The ledger: what was there before the load, and each transaction after. */
export class Ledger {
  private copy = new Copy();
  private at = -1;

  /**
   * @param first operations before the load.
   * @param set GTID set before the load.
   */
  constructor(
    private readonly first: readonly Operation[],
    readonly set: string,
    readonly entries: readonly Entry[],
  ) {}

  /** The data after the first `count` entries; a later call changes it. */
  after(count: number): Copy {
    if (this.at < 0 || this.at > count) {
      this.copy = new Copy();
      this.copy.apply(this.first);
      this.at = 0;
    }
    for (; this.at < count; this.at += 1) this.copy.apply(this.entries[this.at]!.operations);
    return this.copy;
  }

  /** GTID set up to the last of the first `count` entries. */
  setAfter(count: number): string {
    const entry = this.entries[count - 1];
    return entry ? `${this.set},${entry.uuid}:1-${entry.number}` : this.set;
  }

  /** Number of entries in a GTID set. @throws Error unless these are the first ones. */
  countIn(set: string): number {
    const has = ({ uuid, number }: Entry) => subtract(`${uuid}:${number}`, set) === "";
    const count = this.entries.findLastIndex(has) + 1;
    const missing = this.entries.slice(0, count).find((entry) => !has(entry));
    if (missing) throw new Error(`${missing.uuid}:${missing.number} is missing before later ones`);
    return count;
  }

  /** Number of entries that were acknowledged by a time. */
  countBy(us: number): number {
    return this.entries.filter(({ acknowledgedUs }) => acknowledgedUs <= us).length;
  }

  /** Microseconds by which the first `count` entries are later (a sent one) or earlier (an acknowledged one that lacks) than a time. */
  offBy(count: number, us: number): { lateUs: number; earlyUs: number } {
    const sent = this.entries.slice(0, count).reduce((most, one) => Math.max(most, one.sentUs), 0);
    const lacking = this.entries
      .slice(count)
      .reduce((least, one) => Math.min(least, one.acknowledgedUs), Number.POSITIVE_INFINITY);
    return { lateUs: Math.max(0, sent - us), earlyUs: Math.max(0, us - lacking) };
  }
}

/** True if a restored time is that second. */
export const isWithinSecond = ({ lateUs, earlyUs }: { lateUs: number; earlyUs: number }) =>
  lateUs <= slackUs && earlyUs <= slackUs;

/** A point to restore. */
export interface Point {
  target: Target & { kind: "gtid" | "time" };
  /** Number of entries before it, for a time about. */
  about: number;
}

/** Draws points in the order of time: every other one a GTID, the others times, to the microsecond. */
export function drawPoints(ledger: Ledger, count: number, random: Random): Point[] {
  const { entries } = ledger;
  const [fromUs, toUs] = [entries[0]!.acknowledgedUs, entries.at(-1)!.sentUs];
  return Array.from({ length: count }, (_, i): Point => {
    if (i % 2 === 0) {
      const about = 1 + below(random, entries.length);
      return { target: { kind: "gtid", set: ledger.setAfter(about) }, about };
    }
    const us = fromUs + below(random, toUs - fromUs);
    return { target: { kind: "time", us }, about: ledger.countBy(us) };
  }).sort((a, b) => a.about - b.about);
}
