import { findTip } from "./chain/tip";
import { keys } from "./chain/manifest";
import type { ObjectStore } from "./store/object-store";

/** Time between two looks at an archive that another node writes, milliseconds. */
const lookMs = 5_000;

/** What a node that does not archive sees of the archive: whether it grows. */
export class Watch {
  private timeline = "";
  private number = 0;
  private grownMs: number;
  private lookedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly store: ObjectStore,
    private readonly root: string,
    nowMs: number,
  ) {
    this.grownMs = nowMs;
  }

  /** Time for which the archive has not grown, milliseconds, as far as this node has seen it. */
  silentMs(nowMs: number): number {
    return nowMs - this.grownMs;
  }

  /** Notes that the archive has grown now, or that this node has just archived. */
  note(nowMs: number): void {
    this.grownMs = nowMs;
  }

  /** Looks now and then. @throws StoreError if the store fails: then nothing is known of the others. */
  async look(timeline: string, nowMs: number): Promise<void> {
    if (nowMs - this.lookedMs < lookMs) return;
    this.lookedMs = nowMs;
    const isNew = timeline !== this.timeline;
    const number = isNew
      ? (await findTip(this.store, this.root, timeline)).number
      : await this.next(timeline);
    if (isNew || number > this.number) this.grownMs = nowMs;
    this.timeline = timeline;
    this.number = number;
  }

  private async next(timeline: string): Promise<number> {
    const after = keys.link(this.root, timeline, this.number);
    const newer = await this.store.list(keys.links(this.root, timeline), after);
    return this.number + newer.length;
  }
}
