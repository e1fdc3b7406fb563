import { type Certificate, isLater, isConflicting, type LastView } from "./certificate";
import { type CloneMark, isOrdered } from "./clone-mark";
import { emptyMemory, type MemoryRecord } from "./memory-record";
import { epochFor, type Knowing } from "./epoch";
import { type Electorate, isBehind } from "./electorate";
import type { NodeState, Remembered } from "./node-state";

/** How long a vote holds against other founders while the voted founding is not heard of, milliseconds. */
const foundingMs = 60_000;

/**
 * What this node remembers of the groups. Each change is on disk before any other node learns of it; a
 * change that cannot be written does not happen.
 *
 * The rule is that of Raft's terms: one vote per epoch, epochs rise, and a node that has voted for an
 * epoch follows no primary of an earlier one. https://raft.github.io/raft.pdf, section 5.2
 */
export class Memory {
  /** A view known to a peer that has the same rank as this node's view, but another primary. */
  rival: LastView | null = null;
  private votedAtMs: number;

  /**
   * @param record the record on disk.
   * @param keep writes a record to disk; throws if it cannot.
   * @param nowMs monotonic time of this start.
   */
  constructor(
    private record: MemoryRecord,
    private readonly keep: (record: MemoryRecord) => void,
    nowMs: number,
  ) {
    this.votedAtMs = nowMs;
  }

  /** The part of the memory that is sent to the peers. */
  get remembered(): Remembered {
    const { remembers, highest, vote, certificate, lastView, sole, alone } = this.record;
    const { trustedGtid, electorate } = this.record;
    return {
      ...{ remembers, highest, vote, certificate, lastView, sole, alone },
      ...{ trustedGtid, electorate },
    };
  }

  /**
   * Binds the memory to MySQL's data. If the data is other data, all but the highest epoch, the vote and the
   * electorate is forgotten; returns true then.
   */
  bindTo(serverUuid: string): boolean {
    const { record } = this;
    if (record.serverUuid === serverUuid) return false;
    const isLost = record.serverUuid !== "";
    const { highest, vote, electorate } = record;
    const kept = { highest, vote, electorate };
    this.change(isLost ? { ...emptyMemory, ...kept, serverUuid } : { serverUuid });
    return isLost;
  }

  /** Epoch for a founding: higher than all that these nodes and this one know, and no other node's, see `epochFor`. */
  nextEpoch(nodes: readonly Knowing[], index: number): number {
    return epochFor(index, [this.record, ...nodes]);
  }

  /** True if this node may vote for that founder and epoch. */
  mayVote(epoch: number, founder: string, peers: readonly NodeState[], nowMs: number): boolean {
    const { highest, vote } = this.record;
    if (vote?.epoch === epoch && vote.founder === founder) return true;
    return epoch > highest && !this.isHeldByAnother(founder, peers, nowMs);
  }

  /** True while another founder is at work: outbidding it would keep both from founding. */
  private isHeldByAnother(founder: string, peers: readonly NodeState[], nowMs: number): boolean {
    const { vote } = this.record;
    if (!vote || vote.founder === founder || nowMs - this.votedAtMs > foundingMs) return false;
    return peers.some(({ node, founding }) => node === vote.founder && founding === vote.epoch);
  }

  /** Records a vote; the caller has checked {@link mayVote}. */
  vote(epoch: number, founder: string, nowMs: number): void {
    this.change({ highest: Math.max(this.record.highest, epoch), vote: { epoch, founder } });
    this.votedAtMs = nowMs;
  }

  /**
   * Ends a vote whose founder reports that it does not found that group: it never will, because each
   * attempt takes a new epoch. An answer to a question from before the vote proves nothing.
   */
  release({ node, founding, certificate }: NodeState, askedMs: number): void {
    const { vote } = this.record;
    const isFounder = vote?.founder === node && askedMs > this.votedAtMs;
    if (!isFounder || founding === vote.epoch || certificate?.epoch === vote.epoch) return;
    this.change({ vote: null });
  }

  /** Ends a founder's vote for itself, after it gave up or its supervisor restarted. */
  giveUp(founder: string): void {
    if (this.record.vote?.founder === founder) this.change({ vote: null });
  }

  /** Records the group that this node has founded. @throws Error if this node knows a later group by now. */
  certify(certificate: Certificate): void {
    const { epoch, kind } = certificate;
    const { highest, certificate: known } = this.record;
    if (highest > epoch || (known?.epoch ?? 0) >= epoch) {
      throw new Error(`a later group appeared while this node founded that of epoch ${epoch}`);
    }
    // The group's data is this node's, whatever wrote it.
    const [alone, trustedGtid] = [kind !== "majority", null];
    this.change({ certificate, vote: null, remembers: true, alone, highest: epoch, trustedGtid });
  }

  /** Records that later transactions may be of a group without a certificate. */
  distrustBeyond(gtid: string): void {
    if (this.record.trustedGtid === null) this.change({ trustedGtid: gtid, ordered: null });
  }

  /** Records that a clone of all data is about to begin. */
  orderClone(mark: CloneMark): void {
    if (this.record.trustedGtid !== null) this.change({ ordered: mark });
  }

  /** Trusts all data again if that completed clone is the one that was ordered; true if it does. */
  trustClone(beginSeconds: number): boolean {
    const { ordered } = this.record;
    if (ordered === null || !isOrdered(ordered, beginSeconds)) return false;
    this.trustAll();
    return true;
  }

  /** Records that all transactions of the data are of certified groups. */
  trustAll(): void {
    if (this.record.trustedGtid !== null) this.change({ trustedGtid: null });
  }

  /** Adopts a group and primary that a peer knows, if they are later than this node's and no vote forbids it. */
  adopt(certificate: Certificate | null, view: LastView | null): void {
    const { record } = this;
    if (!certificate || (view && view.epoch !== certificate.epoch)) return;
    const least = Math.max(record.vote?.epoch ?? 0, record.certificate?.epoch ?? 0);
    if (certificate.epoch < least) return;
    if (record.vote?.epoch === certificate.epoch && record.vote.founder !== certificate.founder)
      return;
    const isKnown = certificate.epoch === record.certificate?.epoch;
    if (isKnown && certificate.groupId !== record.certificate?.groupId) return;
    if (isKnown && isConflicting(view, record.lastView)) this.rival = view;
    const isNew = view !== null && isLater(view, record.lastView);
    if (isKnown && !isNew) return;
    this.change({
      ...{ certificate, vote: null },
      ...(isNew ? { lastView: view } : {}),
      highest: Math.max(record.highest, certificate.epoch),
      ...(isKnown ? {} : { alone: false }),
    });
  }

  /** Replaces a group founded by an override with the group of a majority. */
  yieldTo(certificate: Certificate, lastView: LastView): void {
    this.change({ certificate, lastView, vote: null, alone: false });
  }

  /**
   * Records the view of this node as the primary. A founder without a majority that gets the role back needs a
   * majority: one may have confirmed the primary in between.
   */
  recordView(lastView: LastView): void {
    const { lastView: before } = this.record;
    const isBack = before?.epoch === lastView.epoch && before.primary !== lastView.primary;
    this.change({ lastView, ...(isBack ? { alone: false } : {}) });
  }

  /** Records an electorate, unless this node knows the same or a later one. */
  elect(electorate: Electorate | null | undefined): void {
    if (!electorate) return;
    if (!this.record.electorate || isBehind(this.record, { electorate }))
      this.change({ electorate });
  }

  /** Lets this node count in majorities again, as a member of its group. */
  countAgain(): void {
    this.change({ remembers: true });
  }

  /** Records whether this is the only node. */
  setSole(sole: boolean): void {
    if (sole !== this.record.sole) this.change({ sole, ...(sole ? { remembers: true } : {}) });
  }

  /** Records that a majority knows the group that this node founded alone. */
  setKnown(): void {
    if (this.record.alone) this.change({ alone: false });
  }

  private change(part: Partial<MemoryRecord>): void {
    const next = { ...this.record, ...part };
    this.keep(next);
    this.record = next;
  }
}
