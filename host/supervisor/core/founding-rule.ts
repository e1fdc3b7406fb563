import { isLater } from "./certificate";
import type { FoundingKind } from "./certificate";
import { isDoubted } from "./doubt";
import { allOf, type Electorate, isBehind, isMajorityOf, type Lists } from "./electorate";
import { isInGroup, latestPrimaries, type NodeState } from "./node-state";

/**
 * On whose word a group is founded: of a majority that remembers, of all nodes, or of the one node that is the whole
 * electorate.
 */
export type Word = "majority" | "first" | "only";

/** The nodes whose votes count for a founding, or the reason to wait. */
export type Electors = { voters: readonly NodeState[]; kind: Word } | { wait: string };

/**
 * Determines whose votes count for a founding. If a majority remembers: theirs, and the last primary that
 * they know must be among them. A node that does not remember has no vote, because it may have known a
 * later primary. If no node remembers anything, or only the founder of a group that nobody joined: all
 * nodes vote, and every one must be visible. These are also the configured nodes that are not in the electorate
 * yet: they may be members of the group, and have its writes, before a step of the electorate counts them.
 *
 * @param lists the lists over which majorities are counted.
 * @param configured names of all nodes, as this node is configured.
 */
export function electors(
  lists: Lists,
  visible: readonly NodeState[],
  configured: readonly string[],
): Electors {
  const nodes = allOf(lists);
  const unseenOf = (names: readonly string[]) =>
    names.filter((node) => !visible.some((state) => state.node === node));
  const missing = unseenOf(nodes);
  const voters = visible.filter(({ remembers }) => remembers);
  const lost = visible.filter(({ remembers }) => !remembers);
  const names = voters.map(({ node }) => node);
  if (!isMajorityOf(names, lists)) {
    const isFirst = voters.every(({ alone }) => alone) && voters.length < 2;
    const missingOfAll = unseenOf(allOf([nodes, configured]));
    if (missingOfAll.length === 0 && isFirst) return firstVoters(visible, voters);
    const isBlank = isFirst && voters.length === 0;
    return { wait: whyTooFew(isBlank ? missingOfAll : missing, voters, lost, isBlank) };
  }
  const primaries = latestPrimaries(voters);
  if (primaries.length === 0 && missing.length > 0) {
    return { wait: `the first group needs every node; missing: ${missing.join(", ")}` };
  }
  const present = voters.filter(({ cloneIncomplete }) => !cloneIncomplete).map(({ node }) => node);
  const unseen = primaries.filter((primary) => !present.includes(primary));
  // If all nodes are visible and all remember, a node other than the last primary may have all transactions.
  const isWhole = [...nodes, ...configured, ...primaries].every((node) => names.includes(node));
  const kind = nodes.length === 1 ? "only" : "majority";
  if (unseen.length === 0 || isWhole) return { voters, kind };
  return { wait: unseen.map((node) => whyUnseen(node, missing, lost)).join("; ") };
}

function firstVoters(visible: readonly NodeState[], voters: readonly NodeState[]): Electors {
  return { voters: voters.length > 0 ? voters : visible, kind: "first" };
}

function whyUnseen(node: string, missing: readonly string[], lost: readonly NodeState[]): string {
  const isLost = lost.some((one) => one.node === node);
  const why = isLost
    ? "has lost its disk or its memory"
    : missing.includes(node)
      ? "cannot be seen"
      : "has no data";
  return `${node} was the last primary and ${why}`;
}

function whyTooFew(
  missing: readonly string[],
  voters: readonly NodeState[],
  lost: readonly NodeState[],
  isFirst: boolean,
): string {
  if (isFirst) return `the first group needs every node; missing: ${missing.join(", ")}`;
  const unseen = missing.length > 0 ? `${missing.join(", ")} cannot be seen` : "";
  const blank = lost.map(({ node }) => node).join(", ");
  const without = blank && `${blank} does not remember of which group it was, so it does not count`;
  const isStuck = voters.length === 0 || missing.length === 0;
  const counted = isStuck && blank ? "; an operator must choose" : "";
  return `no majority: ${[unseen, without].filter((text) => text !== "").join("; ")}${counted}`;
}

/** Request of a founder for a vote. */
export interface VoteRequest {
  /** Name of the founder. */
  founder: string;
  epoch: number;
  kind: FoundingKind;
  /** Latest view that the founder knows. */
  lastView: NodeState["lastView"];
  /** Certificate of the latest group that the founder knows. */
  certificate: NodeState["certificate"];
  /** Electorate over which the founder counts the votes; absent: of an earlier release. */
  electorate?: Electorate | null;
}

/**
 * Reason of this node against a founding, as far as it knows; undefined: none. A node that does not
 * remember votes only in the founding of the first group by all nodes.
 */
export function voteRefusal(
  self: NodeState,
  peers: readonly NodeState[],
  request: VoteRequest,
  nodes: readonly string[],
): string | undefined {
  const { node } = self;
  const { founder, kind, lastView, certificate } = request;
  if (isInGroup(self)) return `${node} is in a group`;
  if (self.founding > 0 && founder !== node) return `${node} is founding a group itself`;
  const member = peers.find((one) => isInGroup(one) && one.majority);
  if (member) return `${node} sees ${member.node} in a group`;
  if (isLater(self.lastView, lastView)) {
    return `${node} knows of a later primary, ${self.lastView!.primary}`;
  }
  if (isBehind(request, self)) return `${node} knows of a later change of the number of nodes`;
  if (certificate && isDoubted(certificate, self, peers, nodes)) {
    return `${node} knows of a later primary, ${self.lastView!.primary}, than ${certificate.founder} knew at an operator's override`;
  }
  const knowsOther = self.lastView !== null && self.lastView.primary !== founder;
  const counts = self.remembers || (kind === "first" && !knowsOther);
  return counts ? undefined : `${node} does not remember of which group it was`;
}
