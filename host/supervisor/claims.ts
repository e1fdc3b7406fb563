/** How long a granted claim holds, milliseconds: longer than a bootstrap takes. */
export const claimMs = 60_000;

/**
 * Who may bootstrap. A node grants one claim at a time, so two nodes can never both have those of
 * a majority: whatever each of them sees, only one group is started.
 */
export class Claims {
  private holder = "";
  private until = 0;

  /** Grants or refuses the claim of a node. */
  grant(node: string, nowMs: number): boolean {
    if (this.holder !== node && nowMs < this.until) return false;
    this.holder = node;
    this.until = nowMs + claimMs;
    return true;
  }
}

/** True if the number of grants, the own one included, is a majority of all nodes. */
export function isMajority(grants: number, nodes: number): boolean {
  return grants * 2 > nodes;
}
