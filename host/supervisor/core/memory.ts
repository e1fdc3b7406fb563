import { type Certificate, isLater, isRival, type LastView } from "./certificate";
import { epochOf } from "./lineage";
import type { NodeState, Remembered } from "./node-state";

/** What is kept on disk, in one file, so that it is never half of one time and half of another. */
export interface MemoryRecord extends Remembered {
  /** `server_uuid` of the MySQL whose data it belongs to; empty: not seen yet. */
  serverUuid: string;
}

/** What a node knows that never was in a group, or that does not know any more. */
export const blank: MemoryRecord = {
  ...{ remembers: false, serverUuid: "" },
  ...{ highest: 0, vote: null, certificate: null, lastView: null },
  ...{ sole: false, alone: false },
};

/** How long a vote holds against other founders whose own founding is not heard of, milliseconds. */
const foundingMs = 60_000;

/**
 * What this node knows of the groups that there were. Each change is on disk before it is said to
 * anybody; one that cannot be written did not happen.
 *
 * The rule is that of Raft's terms: one vote for each epoch, epochs rise, and whoever has voted for an
 * epoch knows no primary of an earlier one. https://raft.github.io/raft.pdf, section 5.2
 */
export class Memory {
  /** A view that a peer knows, of the same rank as the own one, with another primary. */
  rival: LastView | null = null;
  private votedAtMs: number;

  /**
   * @param record what is on disk.
   * @param keep puts a record on disk. It throws if it cannot.
   * @param nowMs time of this start.
   */
  constructor(
    private record: MemoryRecord,
    private readonly keep: (record: MemoryRecord) => void,
    nowMs: number,
  ) {
    this.votedAtMs = nowMs;
  }

  /** What the node says of it. */
  get said(): Remembered {
    const { remembers, highest, vote, certificate, lastView, sole, alone } = this.record;
    return { remembers, highest, vote, certificate, lastView, sole, alone };
  }

  /** Forgets all but the numbers if it belongs to other data; returns true if it did. */
  meet(serverUuid: string): boolean {
    const { record } = this;
    if (record.serverUuid === serverUuid) return false;
    const isLost = record.serverUuid !== "";
    const kept = { highest: record.highest, vote: record.vote };
    this.change(isLost ? { ...blank, ...kept, serverUuid } : { serverUuid });
    return isLost;
  }

  /** Epoch for a founding: later than all that these nodes, this one among them, know of. */
  nextEpoch(nodes: readonly Pick<NodeState, "highest" | "lineage">[]): number {
    const known = nodes.flatMap(({ highest, lineage }) => [highest, ...lineage.map(epochOf)]);
    return 1 + Math.max(this.record.highest, ...known);
  }

  /** True if a vote for that founder and epoch would be the first one for it. */
  mayVote(epoch: number, founder: string, peers: readonly NodeState[], nowMs: number): boolean {
    const { highest, vote } = this.record;
    if (vote?.epoch === epoch && vote.founder === founder) return true;
    return epoch > highest && !this.isHeldByAnother(founder, peers, nowMs);
  }

  /** A founder that is at work is not outbid, so that two do not keep each other from it. */
  private isHeldByAnother(founder: string, peers: readonly NodeState[], nowMs: number): boolean {
    const { vote } = this.record;
    if (!vote || vote.founder === founder || nowMs - this.votedAtMs > foundingMs) return false;
    return peers.some(({ node, founding }) => node === vote.founder && founding === vote.epoch);
  }

  /** Votes; the caller has asked {@link mayVote}. */
  vote(epoch: number, founder: string, nowMs: number): void {
    this.change({ highest: Math.max(this.record.highest, epoch), vote: { epoch, founder } });
    this.votedAtMs = nowMs;
  }

  /**
   * Ends a vote whose founder says that it does not found that group: it never will, as it asks for
   * another number each time. What was asked before the vote says nothing.
   */
  release({ node, founding, certificate }: NodeState, askedMs: number): void {
    const { vote } = this.record;
    const isFounder = vote?.founder === node && askedMs > this.votedAtMs;
    if (!isFounder || founding === vote.epoch || certificate?.epoch === vote.epoch) return;
    this.change({ vote: null });
  }

  /** Ends the vote of a founder for itself: it has given up, or its supervisor was started anew. */
  giveUp(founder: string): void {
    if (this.record.vote?.founder === founder) this.change({ vote: null });
  }

  /** Records the group that this node has founded. @throws Error if it knows of a later one by now. */
  certify(certificate: Certificate): void {
    const { epoch, kind } = certificate;
    const { highest, certificate: known } = this.record;
    if (highest > epoch || (known?.epoch ?? 0) >= epoch) {
      throw new Error(`while the group with epoch ${epoch} was founded a later one came up`);
    }
    const alone = kind !== "majority";
    this.change({ certificate, vote: null, remembers: true, alone, highest: epoch });
  }

  /**
   * Takes over a group and its primary that a peer knows, if they are later than what this node
   * knows and no vote forbids it.
   */
  adopt(certificate: Certificate | null, view: LastView | null): void {
    const { record } = this;
    if (!certificate || (view && view.epoch !== certificate.epoch)) return;
    const least = Math.max(record.vote?.epoch ?? 0, record.certificate?.epoch ?? 0);
    if (certificate.epoch < least) return;
    if (record.vote?.epoch === certificate.epoch && record.vote.founder !== certificate.founder)
      return;
    const isKnown = certificate.epoch === record.certificate?.epoch;
    if (isKnown && certificate.groupId !== record.certificate?.groupId) return;
    if (isKnown && isRival(view, record.lastView)) this.rival = view;
    const isNew = view !== null && isLater(view, record.lastView);
    if (isKnown && !isNew) return;
    this.change({
      ...{ certificate, vote: null },
      ...(isNew ? { lastView: view } : {}),
      highest: Math.max(record.highest, certificate.epoch),
      ...(isKnown ? {} : { alone: false }),
    });
  }

  /** Takes over the group of a majority in place of one that an operator had made beside it. */
  yieldTo(certificate: Certificate, lastView: LastView): void {
    this.change({ certificate, lastView, vote: null, alone: false });
  }

  /** Records what this node says as the primary. */
  recordView(lastView: LastView): void {
    this.change({ lastView });
  }

  /** Counts again, in the group that it is a member of. */
  regain(): void {
    this.change({ remembers: true });
  }

  /** Says whether this is the only node. */
  setSole(sole: boolean): void {
    if (sole !== this.record.sole) this.change({ sole, ...(sole ? { remembers: true } : {}) });
  }

  /** A majority knows of the group that this node had made alone. */
  setKnown(): void {
    if (this.record.alone) this.change({ alone: false });
  }

  private change(part: Partial<MemoryRecord>): void {
    const next = { ...this.record, ...part };
    this.keep(next);
    this.record = next;
  }
}
