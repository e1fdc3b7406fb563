import { includes, largestIntervals } from "./gtid";
import type { Memory } from "./memory";
import { isCertified, type NodeState } from "./node-state";

/** Longest text of a GTID set in the memory, whose record has at most 4 KiB. */
const maxLength = 2_048;

/** True for a member of a group of which neither this node nor any peer has a certificate. */
export function isMadeByHand(
  { groupId, certificate }: Pick<NodeState, "groupId" | "certificate">,
  peers: readonly Pick<NodeState, "certificate">[],
): boolean {
  if (groupId === null || groupId === certificate?.groupId) return false;
  return !peers.some((peer) => peer.certificate?.groupId === groupId);
}

/**
 * Which transactions of this node are of groups with a certificate. After a membership in a group that somebody made by
 * hand only those are that the node had applied before: that group gives its transactions numbers that the certified
 * group gives to others.
 */
export class Trust {
  private before: string | undefined;
  private certifiedGroup: string | undefined;
  private distrusted: string | undefined;

  constructor(private readonly memory: Pick<Memory, "distrustBeyond" | "trustAll">) {}

  /**
   * Processes a poll.
   *
   * @param executed what the node has applied, as a GTID set. What it has only received is lost when it leaves a group.
   *
   * @throws Error if the memory cannot be written.
   */
  note(self: NodeState, executed: string, peers: readonly NodeState[]): void {
    const { member, groupId, certificate, trustedGtid } = self;
    if (!self.ready || self.cloneIncomplete) return;
    const isOutside = member === null || member.state === "OFFLINE";
    if (isCertified(self) || isOutside) this.before = executed;
    if (isCertified(self)) this.certifiedGroup = groupId!;
    if (isOutside && trustedGtid != null && includes(trustedGtid, self.gtid)) {
      this.memory.trustAll();
    }
    // Without a certificate the peers may be about to tell which group this is, and a founder certifies its group soon.
    const isSure = certificate !== null && self.founding === 0;
    if (isSure && isMadeByHand(self, peers) && !this.wasCertified(self)) this.distrust(self);
  }

  /** True for the group that this node was in with a certificate; a later group may have replaced it since. */
  wasCertified({ groupId }: Pick<NodeState, "groupId">): boolean {
    return groupId !== null && groupId === this.certifiedGroup;
  }

  /**
   * Distrusts what comes after this node's last poll outside of the group that it is in now. A supervisor that started
   * in that group has seen no such poll, and trusts nothing.
   */
  distrust({ groupId, trustedGtid }: NodeState): void {
    if (trustedGtid != null) return;
    const trusted = this.before ?? "";
    this.memory.distrustBeyond(largestIntervals(trusted, maxLength));
    this.distrusted = groupId ?? undefined;
  }

  /** True if the node was in no other group without a certificate since all of its data was trusted. */
  isNew({ groupId }: Pick<NodeState, "groupId">): boolean {
    return groupId !== null && groupId === this.distrusted;
  }
}
