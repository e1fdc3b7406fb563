import { parse } from "../supervisor/core/gtid";
import type { Link } from "./chain/manifest";
import { subtract } from "./gtid-sets";
import { TransactionReader } from "./replication/events";

/** Longest time in which MySQL sends no event of a transaction, milliseconds. */
const silenceMs = 60_000;

/** What {@link isSameTail} compares. */
export interface Tail {
  /** Last link of the archive, if there is one. */
  link: Link | undefined;
  /** GTID set that MySQL's log lacks. */
  purged: string;
  /** MySQL's binary log without the transactions of a GTID set. */
  events: (except: string) => AsyncIterable<Buffer>;
  monotonicMs: () => number;
}

/**
 * True if MySQL's log has the transactions of the last archived segment with the commit times of that segment. A server
 * that went back to an earlier state gives their numbers to other transactions, which commit later.
 *
 * Also true if nothing can be compared: there is no segment, or MySQL has purged all of it. Transactions that were purged
 * under other content than archived are a gap, since MySQL purges the later ones with them.
 *
 * @throws Error if MySQL does not send the transactions.
 */
export async function isSameTail({ link, purged, events, monotonicMs }: Tail): Promise<boolean> {
  if (!link?.segment) return true;
  const { gtids, fromUs, toUs } = link.segment;
  const wanted = subtract(gtids, purged);
  let left = countOf(wanted);
  if (left === 0) return true;
  const reader = new TransactionReader();
  let [earliestUs, latestUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let seenMs = monotonicMs();
  for await (const event of events(subtract(link.archived, wanted))) {
    const part = reader.take(event);
    if (part.kind !== "nothing") seenMs = monotonicMs();
    if (monotonicMs() - seenMs > silenceMs) break;
    if (part.kind !== "first" || subtract(part.name.gtid, wanted) !== "") continue;
    earliestUs = Math.min(earliestUs, part.name.committedUs);
    latestUs = Math.max(latestUs, part.name.committedUs);
    left -= 1;
    if (left === 0) break;
  }
  if (left > 0) {
    throw new Error(
      `MySQL did not send ${wanted} of its binary log again, with which the archive ends`,
    );
  }
  const isWithin = earliestUs >= fromUs && latestUs <= toUs;
  // The rest of a segment need not have its first and its last commit.
  return isWithin && (wanted !== gtids || (earliestUs === fromUs && latestUs === toUs));
}

function countOf(set: string): number {
  return [...parse(set).values()].flat().reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
