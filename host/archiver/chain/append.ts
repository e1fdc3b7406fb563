import { subtract, union } from "../gtid-sets";
import type { Segment } from "../segments";
import { checkedPut, type ObjectStore, KeyExistsError } from "../store/object-store";
import { bytesOf, keys, type Link, sha256 } from "./manifest";
import type { Tip } from "./reading";

/** Another node has written the next link, so this node no longer archives. */
export class FencedError extends Error {}

/** Target of a chain, and the node that writes it. */
export interface Writer {
  store: ObjectStore;
  root: string;
  timeline: string;
  /** Group that the transactions are of; empty: none. */
  group: string;
  node: string;
  /** MySQL version, such as `9.7.4`. */
  mysql: string;
}

/** Largest encrypted segment, bytes: Node.js 24 hashes and writes at most 2 GiB at once; S3 takes 5 GiB in one request. */
const maxEncryptedBytes = 2 ** 31 - 1;

/** The end of a growing chain; calls must not overlap. */
export class ChainEnd {
  constructor(
    private readonly writer: Writer,
    private tip: Tip,
  ) {}

  /** GTID set of everything that is archived. */
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
   * Appends a segment: first its bytes, then the link that makes it count.
   *
   * @throws FencedError if another node was first, StoreError if the store fails, Error if a part of the
   * segment is archived already, or if it has more than 2 GiB.
   */
  async add(segment: Segment): Promise<void> {
    const { encrypted: sealed, plainBytes, gtids, first, last, fromUs, toUs } = segment;
    if (subtract(gtids, this.archived) !== gtids) {
      throw new Error(`a part of ${gtids} is archived already`);
    }
    if (sealed.length > maxEncryptedBytes) {
      throw new Error(
        `the transactions ${gtids} have ${sealed.length} bytes compressed, and a segment has at most ${maxEncryptedBytes}: ` +
          `npm run db:backup, and docs/backups.md, "Limits"`,
      );
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

  /** Records in the chain that transactions are missing which a base contains. */
  async addGap(missing: string, base: { id: string; gtids: string }): Promise<void> {
    const archived = union(this.archived, base.gtids);
    await this.commit({ gap: { missing, base: base.id }, archived });
  }

  private async commit(more: Pick<Link, "segment" | "gap" | "archived">): Promise<void> {
    const { store, root, timeline, group, node, mysql } = this.writer;
    const number = this.number + 1;
    const link: Link = {
      version: 1,
      number,
      previous: this.tip.sha256,
      ...more,
      group,
      node,
      mysql,
    };
    const content = bytesOf(link);
    try {
      await checkedPut(store, keys.link(root, timeline, number), content);
    } catch (error) {
      if (!(error instanceof KeyExistsError)) throw error;
      throw new FencedError(`link ${number} was written by another node`);
    }
    this.tip = { number, sha256: sha256(content), link };
  }
}
