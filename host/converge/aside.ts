import type { BundleAside, BundleService } from "./bundle";
import { run, reportStep } from "./run";

/** Longest time in which visitors leave or come back, seconds: a worker may have 900 s for its stop. */
const asideSeconds = 960;

/** Distinct ways of these services to step aside. */
function ways(services: readonly BundleService[]): BundleAside[] {
  const all = services.flatMap(({ aside }) => (aside ? [aside] : []));
  return [...new Map(all.map((aside) => [JSON.stringify(aside), aside])).values()];
}

/**
 * A failure is only logged: a service that hangs must be restarted all the same. What the command says is logged too, such
 * as that no other node serves.
 */
async function attempt(step: string, command: string[]): Promise<void> {
  reportStep(step, command.join(" "));
  const { status, stdout, stderr } = await run(command, asideSeconds);
  if (stdout.trim() !== "") reportStep(step, stdout.trim());
  if (status !== 0) reportStep(`${step} failed`, stderr.trim());
}

/**
 * Drains the node's visitors, once for all services, before these services are restarted. Returns the function that
 * ends the drain; undefined if no service needs one.
 */
export async function stepAside(
  restarting: readonly BundleService[],
): Promise<(() => Promise<void>) | undefined> {
  const all = ways(restarting);
  if (all.length === 0) return undefined;
  for (const { leave } of all) await attempt("step aside", leave);
  return async () => {
    for (const { back } of all) await attempt("step back", back);
  };
}
