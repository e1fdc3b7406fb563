import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { Ledger, Write } from "./ledger";

/** Time between two reads, milliseconds. */
const pauseMs = 20;
/** Number of the latest writes that a read is compared with. */
const recent = 3_000;
/** Largest number of entries in one list of the site. */
const listed = 100;

/**
 * Age of a read, milliseconds: the time since the acknowledgement of the first write that the read lacks.
 *
 * @param texts entries of the list, the newest ones of the site.
 */
export function staleMs(
  texts: readonly string[],
  writes: readonly Write[],
  readAtMs: number,
): number {
  const shown = new Set(texts);
  const acknowledged = writes.filter(
    ({ result, answeredMs }) => result === "acknowledged" && answeredMs < readAtMs,
  );
  const isShown = ({ text }: Write) => shown.has(text);
  const newest = Math.max(...acknowledged.filter(isShown).map(({ answeredMs }) => answeredMs));
  const later = acknowledged.filter((one) => !isShown(one) && one.answeredMs > newest);
  const first = Math.min(...later.map(({ answeredMs }) => answeredMs));
  return Number.isFinite(first) ? Math.round(readAtMs - first) : 0;
}

/** A visitor without a session who lists entries repeatedly and compares them with a ledger. */
export class StaleReads {
  /** Age of the oldest list, milliseconds. */
  oldestMs = 0;
  count = 0;
  private going = false;
  private work = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly ledger: Ledger,
  ) {}

  start(): void {
    this.going = true;
    this.work = this.readOn();
  }

  async stop(): Promise<void> {
    this.going = false;
    await this.work;
  }

  private async readOn(): Promise<void> {
    for (; this.going; await pause(pauseMs)) {
      const readAtMs = performance.now();
      const texts = await this.list().catch(() => undefined);
      if (!texts) continue;
      this.count += 1;
      this.oldestMs = Math.max(
        this.oldestMs,
        staleMs(texts, this.ledger.writes.slice(-recent), readAtMs),
      );
    }
  }

  private async list(): Promise<string[] | undefined> {
    const url = new URL(`/api/entries?limit=${listed}`, this.url);
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const body = (await response.json()) as { entries: { text: string }[] };
    return response.ok ? body.entries.map(({ text }) => text) : undefined;
  }
}
