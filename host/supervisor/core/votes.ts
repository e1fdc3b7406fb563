import { isInGroup, isLater, type LastView, type NodeState } from "./view";

/** How long a granted claim holds, milliseconds: longer than a bootstrap may take. */
export const claimMs = 60_000;

/** A claim that was granted. */
export interface Claim {
  /** Node that may bootstrap. */
  node: string;
  /** Until when nobody else may, milliseconds since 1970. */
  untilMs: number;
  /** Epoch of the last view that it knows of; the group that it makes has a later one. */
  epoch: string;
}

/**
 * Who may bootstrap. A node grants one claim at a time, so two nodes can never both have those of
 * a majority: whatever each of them sees, only one group is started. A claim outlives a restart of
 * the node that granted it. While it holds that node knows no other primary, so that no older group
 * can come back to service beside the one that is being made.
 */
export class Claims {
  constructor(
    private held: Claim | null,
    /** Puts the claim on disk before it is granted. */
    private readonly keep: (claim: Claim) => void,
  ) {}

  /** The node whose claim holds, if any. */
  holder(nowMs: number): string | undefined {
    const { held } = this;
    // A clock that was set back must not make a claim last.
    const holds = held !== null && nowMs < held.untilMs && held.untilMs <= nowMs + claimMs;
    return holds ? held.node : undefined;
  }

  /** False if another node's claim holds. */
  agrees(node: string, nowMs: number): boolean {
    return (this.holder(nowMs) ?? node) === node;
  }

  /** Grants or refuses the claim of a node that knows of `view` as the last. */
  grant(node: string, view: LastView | null, nowMs: number): boolean {
    if (!this.agrees(node, nowMs)) return false;
    this.hold({ node, untilMs: nowMs + claimMs, epoch: view?.epoch ?? "0" });
    return true;
  }

  /** Ends a claim that has done its work: the view is of the group that its node has made. */
  settle(view: LastView, nowMs: number): void {
    const { held } = this;
    if (held === null || this.holder(nowMs) !== view.primary) return;
    if (BigInt(view.epoch) > BigInt(held.epoch)) this.hold({ ...held, untilMs: 0 });
  }

  /** Gives back a claim that is not used. */
  release(node: string, nowMs: number): void {
    if (this.held && this.holder(nowMs) === node) this.hold({ ...this.held, untilMs: 0 });
  }

  private hold(claim: Claim): void {
    this.held = claim;
    this.keep(claim);
  }
}

/**
 * True if `self` has nothing against a new group, made by a node that knows of `view` as the last:
 * it is in none, and knows of no later one.
 */
export function mayBeMade(self: NodeState, view: LastView | null): boolean {
  return !isInGroup(self) && !isLater(self.lastView, view);
}

/** True if the number of grants, the own one included, is a majority of all nodes. */
export function isMajority(grants: number, nodes: number): boolean {
  return grants * 2 > nodes;
}
