import { certificateLines } from "../../rolling/edge";
import { waitUntil } from "../../rolling/wait-until";
import { LocalZone } from "../local/zones";
import { edgeStates } from "../operate/edge";
import type { Certified } from "./certificates-watch";
import { visitedName } from "./handshakes";
import { withEdits, upDone } from "./up";

/** Lifetime of the certificates, seconds: an order by DNS takes longer than the others, and the names are ordered in turn. */
export const wildcardLife = 180;
/** Zone of the local cloud, and the wildcard in it. */
const zoneName = "wildcard.test";
const wildcard = `*.${zoneName}`;
/** A wildcard in no zone of the local cloud. */
const zoneless = "*.zoneless.test";
/** Longest time until both load balancers serve the wildcard, seconds: a failed order is repeated after a minute. */
const issuedSeconds = 150;

/** @throws Error if a random name beneath the wildcard does not lead to the site. */
async function leadsHere(zone: LocalZone, ipv4: string): Promise<void> {
  const name = visitedName(wildcard);
  const found = await zone.addresses(name);
  if (found.join() !== ipv4) throw new Error(`${name} leads to ${found.join()}, not to ${ipv4}`);
}

/**
 * Checks that each record of a proof was removed.
 *
 * @param least fewest proofs so far. @returns the number of proofs.
 * @throws Error with what is left.
 */
async function proofsRemoved(zone: LocalZone, least: number): Promise<number> {
  const left = await zone.textNames();
  if (left.length > 0) throw new Error(`TXT records are left in ${zone.name}: ${left.join(", ")}`);
  const { added, removed } = await zone.changes();
  if (added >= least && removed === added) return added;
  throw new Error(
    `${added} records were added to ${zone.name} and ${removed} removed; at least ${least} of each were awaited`,
  );
}

/** Waits until the status of the load balancers says why a wildcard without a zone has no certificate. */
async function zonelessNamed(watch: Certified): Promise<void> {
  const line = await waitUntil(
    `the status of ${zoneless}`,
    async () => {
      const lines = certificateLines(await edgeStates(watch.outputs));
      const own = lines.find((one) => one.startsWith(`${watch.active}  ${zoneless}  `));
      if (own?.includes(`no zone of this Hetzner project contains ${zoneless}`)) return own;
      throw new Error(own ?? `no line of ${zoneless}`);
    },
    { timeoutSeconds: 60, intervalMs: 1_000 },
  );
  watch.note(line);
}

/**
 * Adds two wildcards, of which one has a zone: that one is issued, served for random names beneath it, and renewed, and
 * its records are removed; the status says what the other one lacks.
 */
export async function wildcardIssued(watch: Certified): Promise<void> {
  const { ipv4 } = watch.outputs.floatingIp;
  const zone = await LocalZone.create(zoneName, ipv4);
  try {
    await leadsHere(zone, ipv4);
    await withEdits(async (edit) => {
      edit((settings: Record<string, unknown>) => {
        settings["webstack:domains"] = [...watch.names, wildcard, zoneless];
      });
      await upDone();
      watch.mark("wildcards added");
      await watch.untilServes(wildcard, issuedSeconds);
      watch.mark("issued");
      const issued = await proofsRemoved(zone, 1);
      await zonelessNamed(watch);
      await watch.visiting(wildcard, () => watch.untilRenewed(1, wildcardLife, [wildcard]));
      watch.note(`${await proofsRemoved(zone, issued + 1)} records added and removed`);
    });
    watch.mark("wildcards removed");
  } finally {
    await zone.delete();
  }
}
