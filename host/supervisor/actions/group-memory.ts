import { fromLegacy, type LegacyRecord } from "../core/legacy";
import { type Memory } from "../core/memory";
import { emptyMemory, type MemoryRecord } from "../core/memory-record";
import { log } from "../log";
import type { DurableFolder } from "./durable";
import { adoptFromPeer, updateFromPeers } from "../core/peer-updates";
import { type GroupRecord, groupRecordIn } from "../core/messages";
import type { NodeState } from "../core/node-state";
import { isConfirmed, isOwnPrimary } from "../core/who-serves";
import type { Observer } from "../observation/observer";
import type { Peers } from "../wire/peers";

/**
 * Loads this node's memory from disk, or converts what a supervisor without certificates left. An
 * unreadable record is set aside; the node then remembers nothing and counts in no majority until it is a
 * member again.
 */
export function loadMemory(folder: DurableFolder): MemoryRecord {
  const found = folder.find<MemoryRecord>("memory");
  if (found.kind === "found") return { ...emptyMemory, ...found.value };
  if (found.kind === "unreadable") {
    log(3, `${found.reason}; this node does not count until it is a member of a group again`);
    folder.setAside("memory");
    folder.tryWrite("memory", emptyMemory);
    return emptyMemory;
  }
  const valueOf = <T>(name: string): T | null => {
    const one = folder.find<T>(name);
    return one.kind === "found" ? one.value : null;
  };
  const record = fromLegacy({
    lastView: valueOf<LegacyRecord["lastView"]>("last-view"),
    sole: valueOf<boolean>("sole") ?? false,
    alone: valueOf<boolean>("alone") ?? false,
  });
  if (!record.remembers)
    log(5, "this node remembers no group: it does not count in a majority yet");
  // From now on the records of the earlier supervisor are ignored.
  folder.tryWrite("memory", record);
  return record;
}

/** Updates this node's memory from what it observes and what its peers report. */
export class MemoryUpdater {
  private failure: string | undefined;

  constructor(
    /** Names of all database nodes. */
    private readonly nodes: readonly string[],
    private readonly parts: { observer: Observer; memory: Memory; peers: Peers },
  ) {
    // A founding that was under way ended with the previous supervisor process.
    this.written(() => parts.memory.giveUp(parts.observer.state.node));
  }

  /** Processes a peer's state. `askedMs` is the monotonic time of the request. */
  onPeerState(state: NodeState, askedMs: number): void {
    const { memory, observer } = this.parts;
    observer.freshness.note(state, askedMs);
    this.written(() => memory.release(state, askedMs));
    this.written(() => memory.elect(state.electorate));
    const recordOwnView = groupRecordIn(state);
    if (recordOwnView) this.adopt(recordOwnView);
  }

  /** Adopts the latest group that a peer knows. */
  adopt(record: GroupRecord): void {
    const { memory, observer } = this.parts;
    const before = memory.remembered.lastView;
    const states = this.parts.peers.states();
    const isSure = this.parts.peers.areOthersAccountedFor(record.certificate.founder);
    this.written(() => adoptFromPeer(memory, observer.state, states, record, isSure, this.nodes));
    this.sayView(before);
  }

  /** After a poll: if this node is the primary, records that and tells the peers. */
  record(): void {
    const { memory, observer, peers } = this.parts;
    const own = observer.isFresh() ? observer.viewToRecord() : undefined;
    if (!own) return;
    const before = memory.remembered.lastView;
    const isWritten = this.written(() => memory.recordView(own));
    if (!isWritten) return;
    this.sayView(before);
    peers.sendRecord({ certificate: memory.remembered.certificate!, lastView: own });
  }

  /** Updates the memory from the current states of the peers. */
  settle(): void {
    const { memory, observer, peers } = this.parts;
    this.written(() => {
      const updated = updateFromPeers(memory, observer.state, peers.states(), this.nodes);
      if (updated) log(5, updated);
    });
  }

  /** True if this node may be reported as the primary: enough nodes know that it is. */
  confirmed(): boolean {
    const { observer, peers } = this.parts;
    const self = observer.state;
    if (isConfirmed(self, peers.states(), this.nodes)) return true;
    return isOwnPrimary(self) && (self.alone || this.isBeforeUpdate(self));
  }

  /**
   * While the other nodes run supervisors without certificates, they cannot be asked. The existing group
   * goes on serving as long as more than half of the nodes are its members.
   */
  private isBeforeUpdate({ certificate, members, majority }: NodeState): boolean {
    const isInherited = certificate?.kind === "inherited" && majority;
    return (
      isInherited &&
      members.length * 2 > this.nodes.length &&
      this.parts.peers.answeredCount() === 0
    );
  }

  /**
   * Runs a change of the memory; false if the disk refused it. Logs a failure once; the next report tries
   * again.
   */
  written(change: () => void): boolean {
    try {
      change();
      this.failure = undefined;
      return true;
    } catch (error) {
      const { message } = error as Error;
      if (this.failure !== message) log(3, `this node's memory cannot be written: ${message}`);
      this.failure = message;
      return false;
    }
  }

  private sayView(before: NodeState["lastView"]): void {
    const { lastView } = this.parts.memory.remembered;
    if (!lastView || lastView === before) return;
    const { epoch, counter, turn, primary } = lastView;
    log(5, `epoch ${epoch}, view ${counter}.${turn}: the primary is ${primary}`);
  }
}
