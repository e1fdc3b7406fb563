import { type Known, renewAtMs } from "./plan";

/** What an operator is told of one name. */
export interface NameStatus {
  /** End of its certificate and when it is renewed, ISO times; absent: there is none yet. */
  validUntil?: string;
  renewAfter?: string;
  /** Who issued it. */
  issuer?: string;
  /** What is waited for. */
  awaits?: string;
  /** The authority's last words, since the last success. */
  lastFailure?: string;
  /** Not before this time it is asked again; ISO time. */
  nextTry?: string;
}

/** What is remembered of the tries for a name. */
export interface Tries {
  /** Why the name does not lead here. */
  elsewhere?: string;
  /** The authority's last words. */
  said?: string;
  /** When it is asked again, milliseconds since 1970. */
  againMs?: number;
}

/**
 * What an operator is told of a name.
 *
 * @param active true on the load balancer that orders.
 */
export function nameStatus(
  known: (Known & { issuer: string }) | undefined,
  active: boolean,
  { elsewhere, said, againMs }: Tries,
): NameStatus {
  const iso = (ms: number) => new Date(ms).toISOString();
  const awaits = !active && !known ? "the load balancer with the address to get one" : elsewhere;
  return {
    ...(known
      ? {
          validUntil: iso(known.notAfterMs),
          renewAfter: iso(renewAtMs(known)),
          issuer: known.issuer,
        }
      : {}),
    ...(awaits === undefined ? {} : { awaits }),
    ...(said === undefined ? {} : { lastFailure: said }),
    ...(said === undefined || againMs === undefined ? {} : { nextTry: iso(againMs) }),
  };
}
