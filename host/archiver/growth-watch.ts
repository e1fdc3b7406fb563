import { findTip, readLink } from "./chain/reading";
import { keys } from "./chain/manifest";
import type { ObjectStore } from "./store/object-store";

/** Pause between two checks of an archive that another node writes, milliseconds. */
const checkMs = 5_000;
/** Pause between two reads of what is archived, milliseconds. */
const setAgeMs = 60_000;

/** Watches on a standby whether the archive grows. */
export class GrowthWatch {
  private timeline = "";
  private number = 0;
  private grownMs: number;
  private checkedMs = Number.NEGATIVE_INFINITY;
  private readMs = Number.NEGATIVE_INFINITY;
  private set = "";

  constructor(
    private readonly store: ObjectStore,
    private readonly root: string,
    nowMs: number,
  ) {
    this.grownMs = nowMs;
  }

  /** GTID set of what is archived of that history, up to a minute old; empty: unknown. */
  archived(timeline: string): string {
    return timeline === this.timeline ? this.set : "";
  }

  /** Time since this node last saw the archive grow, milliseconds. */
  silentMs(nowMs: number): number {
    return nowMs - this.grownMs;
  }

  /** Records that the archive has grown, or that this node has just archived. */
  note(nowMs: number): void {
    this.grownMs = nowMs;
  }

  /**
   * Checks the store at intervals. @throws StoreError if the store fails: then nothing is known about the
   * other nodes.
   */
  async check(timeline: string, nowMs: number): Promise<void> {
    if (nowMs - this.checkedMs < checkMs) return;
    this.checkedMs = nowMs;
    const isNew = timeline !== this.timeline;
    const number = isNew
      ? (await findTip(this.store, this.root, timeline)).number
      : await this.next(timeline);
    if (isNew || number > this.number) this.grownMs = nowMs;
    this.timeline = timeline;
    this.number = number;
    if (isNew) this.set = "";
    if (number === 0 || (this.set !== "" && nowMs - this.readMs < setAgeMs)) return;
    const tip = await readLink(this.store, this.root, timeline, number);
    this.set = tip?.link?.archived ?? "";
    this.readMs = nowMs;
  }

  private async next(timeline: string): Promise<number> {
    const after = keys.link(this.root, timeline, this.number);
    const newer = await this.store.list(keys.links(this.root, timeline), after);
    return this.number + newer.length;
  }
}
