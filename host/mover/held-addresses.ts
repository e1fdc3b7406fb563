import { reconcileMs } from "./limits";

/**
 * The floating IPs that this node has, as far as it knows. An address that the API has given to this node is not sent
 * again while another one is missing: the API may refuse that (`floating_ip_assigned`), and each call counts.
 */
export class HeldAddresses {
  /** Times at which the API said that this node has an address, milliseconds. */
  private heldAtMs = new Map<number, number>();
  /** Addresses that the API did not list: somebody deleted them. A deleted address delays no other address. */
  private gone = new Set<number>();
  /** Consecutive refusals of an address by the API. */
  private readonly refusals = new Map<number, number>();

  /** @param ids ids of all floating IPs, in the order in which they are assigned. */
  constructor(private readonly ids: readonly number[]) {}

  /** Records the owners of all addresses, in the order of the ids; returns the ids that are newly gone. */
  onOwners(owners: readonly (number | null | undefined)[], self: number, nowMs: number): number[] {
    const absent = this.ids.filter((_, i) => owners[i] === undefined);
    const news = absent.filter((id) => !this.gone.has(id));
    this.gone = new Set(absent);
    const own = this.ids.filter((_, i) => owners[i] === self);
    this.heldAtMs = new Map(own.map((id) => [id, nowMs]));
    return news;
  }

  /**
   * Announces an assign; returns the function that records its success. The function records nothing after
   * {@link forget}, because another node may have taken the address since.
   */
  assigning(id: number): (nowMs: number) => void {
    const { heldAtMs } = this;
    return (nowMs) => {
      this.refusals.delete(id);
      heldAtMs.set(id, nowMs);
    };
  }

  /** Records that the API refused an address or could not move it, while the API answers. */
  onRefused(id: number): void {
    this.refusals.set(id, (this.refusals.get(id) ?? 0) + 1);
  }

  /** Forgets what this node has: another node may take it unseen. */
  forget(): void {
    this.heldAtMs = new Map();
  }

  /**
   * The addresses to assign, in order. What the API said counts for {@link reconcileMs}. An address may be refused
   * once; from then on it comes after those that were refused less often, so that one address cannot hold up the
   * others.
   */
  missing(nowMs: number): number[] {
    const rank = (id: number) => Math.max(0, (this.refusals.get(id) ?? 0) - 1);
    return this.ids
      .filter((id) => !this.gone.has(id))
      .filter((id) => nowMs - (this.heldAtMs.get(id) ?? -Infinity) >= reconcileMs)
      .sort((a, b) => rank(a) - rank(b));
  }
}
