import { existsSync } from "node:fs";
import type { BundleAside, BundleService } from "./bundle";
import { run, reportStep, runOrThrow } from "./run";
import { isUp, type UnitState } from "./systemd";

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

/** Longest stop of a service whose own start time is not named, seconds. */
const stopSeconds = 330;

/** The path that keeps a service off at present, such as the file of the maintenance; undefined: none. */
export function heldOffBy({ offWhile = [] }: BundleService): string | undefined {
  return offWhile.find((path) => existsSync(path));
}

/**
 * Stops the running ones among the services that are held off: a service that went on would not load a changed file, and
 * nothing would restart it later.
 *
 * @throws Error with systemd's message if one does not stop.
 */
export async function holdOff(
  services: readonly BundleService[],
  states: ReadonlyMap<string, UnitState>,
): Promise<void> {
  const held = services.filter((service) => heldOffBy(service) !== undefined);
  for (const service of held)
    reportStep("held off", `${service.unit}, while ${heldOffBy(service)} exists`);
  const running = held.filter(({ unit }) => isUp(states.get(unit)));
  if (running.length === 0) return;
  const seconds = running.map(({ startTimeoutSeconds = stopSeconds }) => startTimeoutSeconds);
  const units = running.map(({ unit }) => unit);
  await runOrThrow(["/usr/bin/systemctl", "stop", ...units], Math.max(...seconds));
}
