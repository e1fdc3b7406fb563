import { existsSync } from "node:fs";
import type { BundleService } from "./bundle";
import { waitHealthy } from "./health";
import { runOrThrow, pause, run, say } from "./run";
import { isUnchanged, isUp, journalTail, unitStates, type UnitState } from "./systemd";

const systemctl = "/usr/bin/systemctl";
/** Queues jobs without waiting. During a boot, waiting for a job could be waiting for this program itself. */
const queueing = [systemctl, "--no-block"];
/** Longest start of a unit, seconds: the private network card of a new server may take minutes to appear. */
const startSeconds = 330;
/**
 * Time after a start or reload, milliseconds, in which a failing program exits and a reload starts new
 * workers.
 */
const settleMs = 300;

/** Result of {@link bringUp}. */
export interface ServicesResult {
  /** Active state by unit. */
  services: Record<string, string>;
  /** Units that stay off, with the missing paths. */
  waiting: Record<string, string[]>;
}

/** Missing paths that a service needs. */
function missing({ needs }: BundleService): string[] {
  return needs.filter((path) => !existsSync(path));
}

/**
 * Starts, reloads or restarts the services that the changed paths concern, in the bundle's order, and
 * waits until each is healthy. A service with missing paths is stopped, because its package may have
 * started it.
 *
 * @throws Error naming the unit, with the end of its journal.
 */
export async function bringUp(
  services: readonly BundleService[],
  changed: ReadonlySet<string>,
): Promise<ServicesResult> {
  const ready = services.filter((service) => missing(service).length === 0);
  const waiting = services.filter((service) => missing(service).length > 0);
  const states = await unitStates(services.map(({ unit }) => unit));
  await keepOff(waiting, states);
  await enable(ready, states);
  const acted: BundleService[] = [];
  for (const service of ready) {
    const state = states.get(service.unit);
    const verb = isUp(state) ? verbFor(service, changed) : "start";
    if (verb) {
      await act(verb, service, state);
      acted.push(service);
      // Old workers may still answer after a reload, and would hide a failure of the new ones.
      if (verb === "reload-or-restart") await pause(settleMs);
    }
    await waitHealthy(service);
  }
  await settle(acted);
  return {
    services: Object.fromEntries([
      ...ready.map(({ unit }) => [unit, "active"]),
      ...waiting.map(({ unit }) => [unit, "waiting"]),
    ]),
    waiting: Object.fromEntries(waiting.map((service) => [service.unit, missing(service)])),
  };
}

/** Action of a running service on the changed paths; undefined: none. */
export function verbFor(
  { restartFiles, reloadFiles }: BundleService,
  changed: ReadonlySet<string>,
): "restart" | "reload-or-restart" | undefined {
  if (restartFiles.some((path) => changed.has(path))) return "restart";
  return reloadFiles.some((path) => changed.has(path)) ? "reload-or-restart" : undefined;
}

async function keepOff(
  services: readonly BundleService[],
  states: ReadonlyMap<string, UnitState>,
  booting = false,
): Promise<void> {
  const isOn = (state: UnitState | undefined) => isUp(state) || state?.file === "enabled";
  await retire(
    services.map(({ unit }) => unit).filter((unit) => isOn(states.get(unit))),
    booting,
  );
}

async function enable(
  services: readonly BundleService[],
  states: ReadonlyMap<string, UnitState>,
): Promise<void> {
  const units = services
    .map(({ unit }) => unit)
    .filter((unit) => states.get(unit)?.file === "disabled");
  if (units.length > 0) await runOrThrow([systemctl, "enable", "--quiet", ...units]);
}

async function act(
  verb: string,
  { unit, startTimeoutSeconds = startSeconds }: BundleService,
  state: UnitState | undefined,
): Promise<void> {
  say(verb, unit);
  try {
    if (state?.active === "failed") await run([systemctl, "reset-failed", unit]);
    await runOrThrow([systemctl, verb, unit], startTimeoutSeconds);
  } catch (error) {
    const said = `${(error as Error).message}\n${await journalTail(unit)}`;
    throw new Error(said, { cause: error });
  }
}

/** Checks all services once more: systemd reports a program as started that exits a moment later. */
async function settle(services: readonly BundleService[]): Promise<void> {
  if (services.length === 0) return;
  await pause(settleMs);
  for (const [unit, { active }] of await unitStates(services.map(({ unit }) => unit))) {
    if (active === "active" || active === "reloading") continue;
    throw new Error(`${unit} did not stay up; its state is ${active}\n${await journalTail(unit)}`);
  }
  for (const service of services) await waitHealthy(service);
}

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
  const ready = managed.filter((service) => missing(service).length === 0);
  await enable(ready, states);
  for (const service of ready) {
    const state = states.get(service.unit);
    const isUntouched = isUp(state) && isUnchanged(state, earlier.get(service.unit));
    if (isUntouched) continue;
    const verb = isUp(state) ? verbFor(service, changed) : "start";
    if (!verb) continue;
    const done = booting
      ? runOrThrow([...queueing, verb, service.unit])
      : act(verb, service, state);
    await done.catch((error: Error) => say("put back", error.message));
  }
  for (const service of fromPackages) {
    if (verbFor(service, changed)) {
      const caller = booting ? queueing : [systemctl];
      await run([...caller, "try-reload-or-restart", service.unit], startSeconds);
    }
  }
}

/** Stops and disables units; while `booting`, their stop is not awaited. */
export async function retire(units: readonly string[], booting = false): Promise<void> {
  if (units.length === 0) return;
  for (const unit of units) say("retire", unit);
  const caller = booting ? queueing : [systemctl];
  await run([...caller, "disable", "--now", "--quiet", ...units], startSeconds);
  await run([systemctl, "reset-failed", ...units]);
}
