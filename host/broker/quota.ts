/** A token bucket: a burst of calls, refilled over time. */
export class Quota {
  private left: number;
  private atMs: number;

  /**
   * @param burst calls that are allowed at once.
   *
   * @param perSecond calls that are refilled per second.
   */
  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
    nowMs: number,
  ) {
    this.left = burst;
    this.atMs = nowMs;
  }

  /** Takes one call; returns 0, or the milliseconds until the next call is allowed. */
  take(nowMs: number): number {
    this.left = Math.min(this.burst, this.left + ((nowMs - this.atMs) / 1000) * this.perSecond);
    this.atMs = nowMs;
    if (this.left < 1) return Math.ceil(((1 - this.left) / this.perSecond) * 1000);
    this.left -= 1;
    return 0;
  }
}

/** Requests about challenge records of a load balancer in the long run, per second. Each costs up to four calls of the API's 3 600 an hour. */
const proofsPerSecond = 0.1;
/** Requests about challenge records that a domain may make at once: an order needs four. */
const proofBurst = 10;

/** Quotas of one load balancer. */
export interface Quotas {
  assign: Quota;
  read: Quota;
  lead: Quota;
  /** Quotas of requests about challenge records, by wildcard domain. */
  proofs: ReadonlyMap<string, Quota>;
}

/**
 * Quotas of one load balancer: 1 800 assigns, 540 reads, 180 looks at the route and 360 requests about challenge records an hour
 * in the long run. Without such requests this leaves 1 080 of the 3 600 calls that a project has, enough for an `up`. The
 * wildcard domains have equal shares of the last, so that none uses up another one's.
 *
 * @param wildcards the stack's wildcard domains.
 */
export function quotas(nowMs: number, wildcards: readonly string[]): Quotas {
  const share = proofsPerSecond / Math.max(1, wildcards.length);
  return {
    // A mover without a working API retries every 1.6 to 2.4 s, for ever.
    assign: new Quota(40, 0.5, nowMs),
    read: new Quota(60, 0.15, nowMs),
    // A mover asks every 30 s, and at each move. A request while the route moves costs no call.
    lead: new Quota(20, 0.05, nowMs),
    proofs: new Map(wildcards.map((domain) => [domain, new Quota(proofBurst, share, nowMs)])),
  };
}
