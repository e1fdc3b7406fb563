/** How long a granted claim holds, milliseconds: longer than a bootstrap may take. */
export const claimMs = 60_000;

/** A claim that was granted. */
export interface Claim {
  /** Node that may bootstrap. */
  node: string;
  /** Until when nobody else may, milliseconds since 1970. */
  untilMs: number;
}

/**
 * Who may bootstrap. A node grants one claim at a time, so two nodes can never both have those of
 * a majority: whatever each of them sees, only one group is started. A claim outlives a restart of
 * the node that granted it.
 */
export class Claims {
  constructor(
    private held: Claim | null,
    /** Puts the claim on disk before it is granted. */
    private readonly keep: (claim: Claim) => void,
  ) {}

  /** Grants or refuses the claim of a node. */
  grant(node: string, nowMs: number): boolean {
    const { held } = this;
    // A clock that was set back must not make a claim last.
    const stands = held !== null && nowMs < held.untilMs && held.untilMs <= nowMs + claimMs;
    if (stands && held.node !== node) return false;
    this.held = { node, untilMs: nowMs + claimMs };
    this.keep(this.held);
    return true;
  }
}

/** True if the number of grants, the own one included, is a majority of all nodes. */
export function isMajority(grants: number, nodes: number): boolean {
  return grants * 2 > nodes;
}
