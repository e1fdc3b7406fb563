import type { GroupRecord } from "../../../../host/supervisor/core/messages";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { SimulatedFaults } from "./faults";
import type { SimulatedNode } from "./node";

/** What the nodes say of themselves, and learn of groups. */
export abstract class SimulatedStates extends SimulatedFaults {
  protected follow(node: SimulatedNode, record: GroupRecord): void {
    const [self, peers] = [this.stateOf(node), this.heardBy(node)];
    const isSure = this.isSureBeside(node, record.certificate.founder);
    this.by.follow(node.memory, self, peers, record, isSure, node.list);
  }

  protected stateOf(node: SimulatedNode): NodeState {
    const peerState = node.say(this.nowMs, this.seesMajority(node));
    const counted = this.by.agrees ? {} : { electorate: null };
    return { ...peerState, ...counted, asked: this.apps.asked(node, this.nowMs) };
  }

  protected nextEpoch(node: SimulatedNode): number {
    const index = node.list.indexOf(node.name);
    return node.memory.nextEpoch([this.stateOf(node), ...this.heardBy(node)], index);
  }
}
