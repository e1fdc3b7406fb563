import { follow, settle } from "../core/follow";
import { type GroupRecord, groupRecordIn } from "../core/messages";
import type { Memory } from "../core/memory";
import type { NodeState } from "../core/node-state";
import { isConfirmed, isOwnPrimary } from "../core/who-serves";
import { log } from "../log";
import type { Observer } from "../observation/observer";
import type { Peers } from "../wire/peers";

/** Keeps what this node remembers in step with what it sees and hears. */
export class Register {
  private failure: string | undefined;

  constructor(
    /** Names of all database nodes. */
    private readonly nodes: readonly string[],
    private readonly parts: { observer: Observer; memory: Memory; peers: Peers },
  ) {
    // Whatever this node was founding ended with the supervisor of before.
    this.written(() => parts.memory.giveUp(parts.observer.state.node));
  }

  /** Takes in what a peer said of itself; `askedMs` is when it was asked, on the monotonic clock. */
  hear(said: NodeState, askedMs: number): void {
    const { memory, observer } = this.parts;
    observer.freshness.hear(said, askedMs);
    this.written(() => memory.release(said, askedMs));
    const record = groupRecordIn(said, this.nodes);
    if (record) this.adopt(record);
  }

  /** Takes over what a peer knows as the latest group. */
  adopt(record: GroupRecord): void {
    const { memory, observer } = this.parts;
    const before = memory.said.lastView;
    const [said, count] = [this.parts.peers.states(), this.nodes.length];
    const isSure = this.parts.peers.isSureBeside(record.certificate.founder);
    this.written(() => follow(memory, observer.state, said, count, record, isSure));
    this.sayView(before);
  }

  /** After a look: records and tells who is the primary, if that is this node. */
  record(): void {
    const { memory, observer, peers } = this.parts;
    const own = observer.isFresh() ? observer.viewToRecord() : undefined;
    if (!own) return;
    const before = memory.said.lastView;
    const isWritten = this.written(() => memory.recordView(own));
    if (!isWritten) return;
    this.sayView(before);
    peers.tell({ certificate: memory.said.certificate!, lastView: own });
  }

  /** Draws what follows from what the peers say now. */
  settle(): void {
    const { memory, observer, peers } = this.parts;
    this.written(() => {
      const said = settle(memory, observer.state, peers.states(), this.nodes.length);
      if (said) log(5, said);
    });
  }

  /** True if this node may be named as the primary: enough nodes know that it is. */
  confirmed(): boolean {
    const { observer, peers } = this.parts;
    const self = observer.state;
    if (isConfirmed(self, peers.states(), this.nodes.length)) return true;
    return isOwnPrimary(self) && (self.alone || this.isBeforeUpdate(self));
  }

  /**
   * While the other nodes' supervisors are of before certificates they cannot be asked. The group that
   * was there serves on as long as most of the nodes are its members and none of them says otherwise.
   */
  private isBeforeUpdate({ certificate, members, majority }: NodeState): boolean {
    const isInherited = certificate?.kind === "inherited" && majority;
    return (
      isInherited && members.length * 2 > this.nodes.length && this.parts.peers.heardCount() === 0
    );
  }

  /** Changes what is on disk; false if that failed, which is said once and tried again with the next word. */
  private written(change: () => void): boolean {
    try {
      change();
      this.failure = undefined;
      return true;
    } catch (error) {
      const { message } = error as Error;
      if (this.failure !== message) log(3, `what this node knows cannot be written: ${message}`);
      this.failure = message;
      return false;
    }
  }

  private sayView(before: NodeState["lastView"]): void {
    const { lastView } = this.parts.memory.said;
    if (!lastView || lastView === before) return;
    const { epoch, counter, turn, primary } = lastView;
    log(5, `epoch ${epoch}, view ${counter}.${turn}: the primary is ${primary}`);
  }
}
