import { existsSync } from "node:fs";
import type { BundleService } from "./bundle";
import { runOrThrow, reportStep } from "./run";
import { isUp, type UnitState } from "./systemd";

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
