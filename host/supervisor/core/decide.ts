import { choose } from "./choose";
import type { Decision } from "./decision";
import { missingFrom } from "./gtid";
import { foundingExtra, isOfAnotherGroup, lineageOf } from "./lineage";
import { isCertified, isInGroup } from "./node-state";
import type { NodeState } from "./node-state";
import { electors } from "./founding-rule";
import { isConfirmed, servingElsewhere } from "./who-serves";

/** What a decision is made from. */
export interface Situation {
  /** Names of all configured nodes, in order. */
  nodes: readonly string[];
  self: NodeState;
  /** Peers that answered; the others are not visible. */
  peers: readonly NodeState[];
  /** True if an operator said that this node is to make the group, whatever is lost. */
  override?: boolean;
}

/** Why a node waits that the group still takes for its member. */
export const notNoticed = "the group has not noticed yet that this member is gone";

const notAgreed = "this group is not the one that was agreed on";
const noData = "a copy was broken off, which left no data";

/**
 * The rule of a start. A node joins wherever a certified group is. Only when no visible node is in one
 * may a group be founded: by an operator's word; by what was the only node; or with the nodes that
 * remember, see `electors`. A commit that was acknowledged is on the last primary's disk, and on no
 * other for certain.
 */
export function decide(situation: Situation): Decision {
  const { self, peers } = situation;
  if (!self.ready) return { type: "wait", reason: "MySQL does not answer yet" };
  if (isInGroup(self)) return asMember(situation);
  const visible = [self, ...peers.filter(({ ready }) => ready)];
  const members = visible.filter(isInGroup);
  const certified = members.filter((one) => isCertified(one) && one.majority);
  const group = oneGroup(situation, certified);
  if (group.length > 0) return joinOrRebuild(self, group);
  if (members.length > 0) return { type: "wait", reason: whyNotJoined(members) };
  return start(situation, visible);
}

function whyNotJoined(members: readonly NodeState[]): string {
  const uncertified = members.find((one) => one.groupId !== null && !isCertified(one));
  return uncertified
    ? `${uncertified.node} is in a group that nobody agreed on`
    : "a group without a majority is visible";
}

/**
 * Of members of several groups those of one: of the group that a majority serves in, else of the one that
 * this node knows, else of that with the highest epoch.
 */
function oneGroup({ nodes, self }: Situation, members: readonly NodeState[]): NodeState[] {
  const serving = servingElsewhere({ groupId: null }, [self, ...members], nodes.length);
  const known = members.find(({ groupId }) => groupId === self.certificate?.groupId);
  const [latest] = [...members].sort((a, b) => b.certificate!.epoch - a.certificate!.epoch);
  const chosen = serving ?? known ?? latest;
  return members.filter(({ groupId }) => groupId === chosen?.groupId);
}

/** What a node does while no group is visible. */
function start(situation: Situation, visible: readonly NodeState[]): Decision {
  const { nodes, self, override = false } = situation;
  if (self.cloneIncomplete) return { type: "wait", reason: noData };
  const founder = visible.find((one) => one !== self && one.founding > 0);
  if (founder) return { type: "wait", reason: `${founder.node} is founding a group` };
  if (override) return { type: "bootstrap", kind: "override", reason: "an operator said so" };
  if (self.sole) {
    const reason = "it was the only node and has everything";
    return { type: "bootstrap", kind: "sole", reason };
  }
  const sole = visible.find((peer) => peer.sole);
  if (sole) return { type: "wait", reason: `${sole.node} was the only node and starts the group` };
  const elected = electors(nodes, visible);
  if ("wait" in elected) return { type: "wait", reason: elected.wait };
  const whole = visible.filter((one) => !one.cloneIncomplete);
  return choose({ nodes, self, visible, whole, ...elected });
}

/** A member leaves a group that was not agreed on, or that another one has taken the place of. */
function asMember({ nodes, self, peers }: Situation): Decision {
  const { certificate, groupId } = self;
  if (groupId === null) return { type: "nothing" };
  // A supervisor without memory hears from the others which group was agreed on.
  if (!certificate) return { type: "leave", reason: notAgreed, mayPass: true };
  if (groupId !== certificate.groupId) return { type: "leave", reason: notAgreed, cut: true };
  const serving = self.sole ? undefined : servingElsewhere(self, peers, nodes.length);
  if (serving) {
    const reason = `a majority knows another group, its primary ${serving.node}`;
    return { type: "leave", reason, cut: true };
  }
  if (isOfAnotherGroup(self, peers)) {
    return { type: "leave", reason: "it joined a group that its data was not compared with" };
  }
  return isOutvoted(self, peers, nodes.length) ?? { type: "nothing" };
}

/**
 * A primary that a majority will not come to know, since a node has voted for a later group, makes
 * place for that: what it takes to found one is a vote of that node and of this one.
 */
function isOutvoted(
  self: NodeState,
  peers: readonly NodeState[],
  nodeCount: number,
): Decision | undefined {
  const { member, alone, certificate } = self;
  if (member?.role !== "PRIMARY" || alone || isConfirmed(self, peers, nodeCount)) return undefined;
  const bound = peers.find(({ vote }) => (vote?.epoch ?? 0) > certificate!.epoch);
  const reason = bound && `${bound.node} has voted for a later group`;
  return reason ? { type: "leave", reason, mayPass: true } : undefined;
}

/** A node that the group still takes for its member waits; any other one comes in. */
function joinOrRebuild(self: NodeState, group: readonly NodeState[]): Decision {
  const next = intoGroup(self, group);
  const isKnown = group.some(({ members }) => members.includes(self.node));
  // To join before would keep the group from noticing that the member it knows is gone.
  return isKnown ? { type: "wait", reason: notNoticed, instead: next } : next;
}

/**
 * A node with transactions that the group does not have is refused by it: it takes a copy instead.
 * So does one with transactions that the group's maker did not have, which nobody would refuse once
 * the group has given their numbers again, and one without its data.
 */
function intoGroup(self: NodeState, group: readonly NodeState[]): Decision {
  const sole = group.find((member) => member.sole);
  if (sole) return { type: "wait", reason: `${sole.node} has not let in other nodes yet` };
  const { epoch } = group[0]!.certificate!;
  if ((self.vote?.epoch ?? 0) > epoch) {
    return {
      type: "wait",
      reason: `it has voted for ${self.vote!.founder} to found a later group`,
    };
  }
  const all = group.map(({ gtid }) => gtid).join(",");
  const lineage = lineageOf(group);
  const extra = missingFrom(all, self.gtid) || foundingExtra(self, lineage);
  const reason = self.cloneIncomplete
    ? noData
    : extra && `this node has transactions that the group does not have: ${extra}`;
  if (reason === "") return { type: "join", lineage };
  if (self.sole) {
    return {
      type: "wait",
      reason: "a group was made without this node, whose data is the only one; not replaced",
    };
  }
  const copyable = group.find(({ member }) => member!.role === "SECONDARY") ?? group[0]!;
  return { type: "rebuild", donor: copyable.node, reason };
}
