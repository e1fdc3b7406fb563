import { stepAside, heldOffBy } from "./out-of-service";
import type { BundleService } from "./bundle";
import { run, runOrThrow, reportStep } from "./run";
import {
  act,
  enable,
  keepOff,
  missing,
  queueing,
  restarting,
  startSeconds,
  systemctl,
  verbFor,
} from "./services";
import { isUnchanged, isUp, unitStates, type UnitState } from "./systemd";

/**
 * Restores the services after a failed run: managed services run again with their old files, services that
 * only their packages started see their old files. Continues after a failure, because the run has failed
 * already. While `booting`, jobs are queued and not awaited.
 *
 * @param earlier states before the failed run: a unit that runs and whose state has not changed since has loaded
 *   none of the new files, and goes on undisturbed. @default unknown: every unit that the changed paths concern acts
 */
export async function restoreServices(
  managed: readonly BundleService[],
  fromPackages: readonly BundleService[],
  changed: ReadonlySet<string>,
  booting = false,
  earlier: ReadonlyMap<string, UnitState> = new Map(),
): Promise<void> {
  const states = await unitStates(managed.map(({ unit }) => unit));
  await keepOff(
    managed.filter((service) => missing(service).length > 0),
    states,
    booting,
  );
  const present = managed.filter((service) => missing(service).length === 0);
  await enable(present, states);
  const ready = present.filter((service) => !heldOffBy(service));
  const isUntouched = ({ unit }: BundleService) =>
    isUp(states.get(unit)) && isUnchanged(states.get(unit), earlier.get(unit));
  const acting = ready.filter((service) => !isUntouched(service));
  const back = booting ? undefined : await stepAside(restarting(acting, states, changed));
  const statesNow = back ? await unitStates(ready.map(({ unit }) => unit)) : states;
  for (const service of ready) {
    const state = statesNow.get(service.unit);
    if (isUp(state) && isUntouched(service)) continue;
    const verb = isUp(state) ? verbFor(service, changed) : "start";
    if (!verb) continue;
    const done = booting
      ? runOrThrow([...queueing, verb, service.unit])
      : act(verb, service, state);
    await done.catch((error: Error) => reportStep("put back", error.message));
  }
  await back?.();
  for (const service of fromPackages) {
    if (verbFor(service, changed)) {
      const caller = booting ? queueing : [systemctl];
      await run([...caller, "try-reload-or-restart", service.unit], startSeconds);
    }
  }
}
