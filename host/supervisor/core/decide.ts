import { chooseFounder } from "./choose-founder";
import type { Decision } from "./decision";
import { doubtedPeers, mayCertifyInPlace, whyDoubted } from "./doubt";
import { listsOf } from "./electorate";
import { copying, joinOrRebuild, noData } from "./into-group";
import { isOfAnotherGroup } from "./lineage";
import { isCertified, isInGroup, type NodeState } from "./node-state";
import { electors } from "./founding-rule";
import { isMadeByHand } from "./trust";
import { isConfirmed, servingElsewhere } from "./who-serves";

/** Input of a decision. */
export interface Situation {
  /** Names of all configured nodes, in order. */
  nodes: readonly string[];
  self: NodeState;
  /** Peers that answered; the other nodes are not visible. */
  peers: readonly NodeState[];
  /** True if an operator ordered this node to found the group, whatever is lost. */
  override?: boolean;
}

const notAgreed = "this group has no valid certificate";

/**
 * Decides what this node does next. A node joins wherever a certified group is. If no visible node is in
 * one, a group may be founded: by an operator's override, by the node that was the only one, or with the
 * votes of the nodes that remember (see `electors`). Only the last primary's disk is certain to hold every
 * acknowledged commit.
 */
export function decide(situation: Situation): Decision {
  const { nodes, self, peers, override = false } = situation;
  if (!self.ready) return { type: "wait", reason: "MySQL does not answer yet" };
  if (isInGroup(self)) return asMember(situation);
  const visible = [self, ...peers.filter(({ ready }) => ready)];
  const members = visible.filter(isInGroup);
  const doubted = doubtedPeers(self, peers, nodes);
  const certified = members.filter((one) => isCertified(one) && one.majority);
  const group = oneGroup(
    situation,
    certified.filter((one) => !doubted.includes(one)),
  );
  if (group.length > 0) return joinOrRebuild(self, group, copying(peers, group));
  const isChoice = doubted.length > 0 && (members.length > 0 || !override);
  if (isChoice) return { type: "wait", reason: whyDoubted(self, doubted[0]!) };
  if (members.length > 0) return { type: "wait", reason: whyNotJoined(members) };
  return start(situation, visible);
}

function whyNotJoined(members: readonly NodeState[]): string {
  const uncertified = members.find((one) => one.groupId !== null && !isCertified(one));
  return uncertified
    ? `${uncertified.node} is in a group without a valid certificate`
    : "a group without a majority is visible";
}

/**
 * Members of one group, when several groups are visible: the group that serves a majority, else the group
 * that this node knows, else the group with the highest epoch.
 */
function oneGroup({ nodes, self }: Situation, members: readonly NodeState[]): NodeState[] {
  const serving = servingElsewhere({ groupId: null }, [self, ...members], nodes);
  const known = members.find(({ groupId }) => groupId === self.certificate?.groupId);
  const [latest] = [...members].sort((a, b) => b.certificate!.epoch - a.certificate!.epoch);
  const chosen = serving ?? known ?? latest;
  return members.filter(({ groupId }) => groupId === chosen?.groupId);
}

/** Decision of a node while no group is visible. */
function start(situation: Situation, visible: readonly NodeState[]): Decision {
  const { nodes, self, override = false } = situation;
  if (self.cloneIncomplete) return { type: "wait", reason: noData };
  const founder = visible.find((one) => one !== self && one.founding > 0);
  if (founder) return { type: "wait", reason: `${founder.node} is founding a group` };
  if (override) return { type: "bootstrap", kind: "override", reason: "an operator ordered it" };
  if (self.sole) {
    const reason = "it was the only node and has everything";
    return { type: "bootstrap", kind: "sole", reason };
  }
  const sole = visible.find((peer) => peer.sole);
  if (sole) return { type: "wait", reason: `${sole.node} was the only node and starts the group` };
  const lists = listsOf(self, nodes);
  const elected = electors(lists, visible, nodes);
  if ("wait" in elected) return { type: "wait", reason: elected.wait };
  const whole = visible.filter((one) => !one.cloneIncomplete);
  return chooseFounder({ nodes, lists, self, visible, whole, ...elected });
}

/**
 * Decision of a member: it leaves a group without a valid certificate, or one that another group has
 * replaced. An operator's override gives the group of an unconfirmed primary a new certificate.
 */
function asMember({ nodes, self, peers, override = false }: Situation): Decision {
  const { certificate, groupId } = self;
  if (groupId === null) return { type: "nothing" };
  if (groupId !== certificate?.groupId) {
    const madeByHand = isMadeByHand(self, peers);
    // A supervisor without memory learns from its peers which group was agreed on.
    const how = certificate ? { cut: true } : { mayPass: true };
    return { type: "leave", reason: notAgreed, ...how, ...(madeByHand ? { madeByHand } : {}) };
  }
  const serving = self.sole ? undefined : servingElsewhere(self, peers, nodes);
  if (serving) {
    const reason = `a majority knows another group, its primary ${serving.node}`;
    return { type: "leave", reason, cut: true };
  }
  if (isOfAnotherGroup(self, peers)) {
    return {
      type: "leave",
      reason: "its data was compared with another group than the one it joined",
    };
  }
  if (override && mayCertifyInPlace(self, peers, nodes)) {
    return { type: "certify", reason: "an operator ordered it" };
  }
  return isOutvoted(self, peers, nodes) ?? { type: "nothing" };
}

/**
 * A primary steps down when no majority can confirm it, because a node has voted for a later group: that
 * founding needs the votes of that node and of this one.
 */
function isOutvoted(
  self: NodeState,
  peers: readonly NodeState[],
  nodes: readonly string[],
): Decision | undefined {
  const { member, alone, certificate } = self;
  if (member?.role !== "PRIMARY" || alone || isConfirmed(self, peers, nodes)) return undefined;
  const bound = peers.find(({ vote }) => (vote?.epoch ?? 0) > certificate!.epoch);
  const reason = bound && `${bound.node} has voted for a later group`;
  return reason ? { type: "leave", reason, mayPass: true } : undefined;
}
