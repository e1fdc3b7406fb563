import { setTimeout as delay } from "node:timers/promises";
import { subtract } from "../gtid-sets";
import type { Status } from "../status";

/** The end of the archive that a base follows. */
export type ArchiveEnd = Pick<Status, "knowsEnd" | "link" | "archived">;

/** Waits for the archiver and for MySQL: pause between two looks, milliseconds, and number of looks. */
const usualLooks = { pauseMs: 2_000, count: 60 };

/**
 * Why no base may follow that end; empty: no reason. A base is restored with the links after its own alone, so it must
 * contain all transactions of the links up to it.
 *
 * @param gtids GTID set of the data.
 */
function objection({ knowsEnd, link, archived }: ArchiveEnd, gtids: string): string {
  if (!knowsEnd) return "the archiver of this node has not read the end of the archive yet";
  const lacking = subtract(archived, gtids);
  return lacking === ""
    ? ""
    : `the data of this node lacks ${lacking}, which link ${link} or one before it has`;
}

/**
 * Waits up to two minutes until this node knows the end of the archive, and its MySQL has everything archived: a node
 * that takes over the archive may begin before either. Returns the status.
 *
 * @throws Error with the reason why no base can be taken now.
 */
export async function awaitEnd<S extends ArchiveEnd>(
  status: () => S,
  executed: () => Promise<string>,
  looks: { pauseMs: number; count: number } = usualLooks,
): Promise<S> {
  for (let look = 1; ; look += 1) {
    const found = status();
    const reason = objection(found, await executed());
    if (reason === "") return found;
    if (look >= looks.count) throw new Error(`${reason}; the archiver asks for a base again`);
    await delay(looks.pauseMs);
  }
}

/** @throws Error if a copy lacks transactions of the links that its base is to follow. */
export function checkFollows(end: ArchiveEnd, gtids: string): void {
  const reason = objection(end, gtids);
  if (reason !== "") throw new Error(`${reason}; the archiver asks for a base again`);
}
