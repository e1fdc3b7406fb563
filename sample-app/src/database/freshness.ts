import { z } from "zod";

/** What a session's last write asks of its next reads. */
export const freshness = z.object({
  /** Milliseconds since the epoch; later, any replica is fresh enough. */
  until: z.number().int(),
  /** Transactions a replica must have applied; absent = only the primary will do. */
  gtid: z.string().max(1000).optional(),
});

/** See {@link freshness}. */
export type Freshness = z.infer<typeof freshness>;

/** Replicas more than 1 s behind are taken out by the proxy; ten times that is safe. */
export const freshForMs = 10_000;

/** What the reads after a write at time `now` ask for. */
export function freshAfter(now: number, gtid: string | undefined): Freshness {
  return { until: now + freshForMs, ...(gtid === undefined ? {} : { gtid }) };
}

/** `wanted`, or nothing once its time is over. */
export function stillWanted(wanted: Freshness | undefined, now: number): Freshness | undefined {
  return wanted !== undefined && wanted.until > now ? wanted : undefined;
}
