import { minus, union } from "../gtid-sets";
import type { Segment } from "../segments";
import { checkedPut } from "../store/checked-put";
import { type ObjectStore, TakenError } from "../store/object-store";
import { bytesOf, keys, type Link, sha256 } from "./manifest";
import type { Tip } from "./tip";

/** Another node has written the next link: this one is not the archiver any more. */
export class FencedError extends Error {}

/** Whose archive it is, and who writes. */
export interface Writer {
  store: ObjectStore;
  root: string;
  timeline: string;
  node: string;
  /** Version of MySQL, such as `9.7.4`. */
  mysql: string;
}

/** The end of a chain that grows; calls one after the other. */
export class ChainEnd {
  constructor(
    private readonly writer: Writer,
    private tip: Tip,
  ) {}

  /** GTID set of all that is archived. */
  get archived(): string {
    return this.tip.link?.archived ?? "";
  }

  get number(): number {
    return this.tip.number;
  }

  get link(): Link | undefined {
    return this.tip.link;
  }

  /**
   * Adds a segment: its bytes first, then the link that makes it count.
   *
   * @throws FencedError if another node was first, StoreError if the store fails, Error if the
   * segment has what is archived already.
   */
  async add(segment: Segment): Promise<void> {
    const { sealed, plainBytes, gtids, first, last, fromUs, toUs } = segment;
    if (minus(gtids, this.archived) !== gtids) {
      throw new Error(`of ${gtids} a part is archived already`);
    }
    const { root, timeline } = this.writer;
    const hash = sha256(sealed);
    const name = `${first}_${last}_${hash.slice(0, 12)}`.replaceAll(":", ".");
    const key = keys.data(root, timeline, this.number + 1, name);
    await checkedPut(this.writer.store, key, sealed);
    await this.commit({
      segment: {
        key: key.slice(root.length + 1),
        ...{ sha256: hash, bytes: sealed.length, plainBytes, gtids, fromUs, toUs },
      },
      archived: union(this.archived, gtids),
    });
  }

  /** Says in the chain that transactions are missing, which a base has. */
  async addGap(missing: string, base: { id: string; gtids: string }): Promise<void> {
    const archived = union(this.archived, base.gtids);
    await this.commit({ gap: { missing, base: base.id }, archived });
  }

  private async commit(more: Pick<Link, "segment" | "gap" | "archived">): Promise<void> {
    const { store, root, timeline, node, mysql } = this.writer;
    const number = this.number + 1;
    const link: Link = { version: 1, number, previous: this.tip.sha256, ...more, node, mysql };
    const content = bytesOf(link);
    try {
      await checkedPut(store, keys.link(root, timeline, number), content);
    } catch (error) {
      if (!(error instanceof TakenError)) throw error;
      throw new FencedError(`link ${number} was written by another node`);
    }
    this.tip = { number, sha256: sha256(content), link };
  }
}
