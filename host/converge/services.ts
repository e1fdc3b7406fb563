import { existsSync } from "node:fs";
import type { BundleService } from "./bundle";
import { waitHealthy } from "./health";
import { must, pause, run, say } from "./run";
import { isUp, journalTail, unitStates, type UnitState } from "./systemd";

const systemctl = "/usr/bin/systemctl";
/** Adds to the jobs of a boot that is under way; to wait for one of them could be to wait for oneself. */
const queueing = [systemctl, "--no-block"];
/** Longest wait for a start: the private network card of a new server may take minutes. */
const startSeconds = 330;
/**
 * A program that cannot work ends within this time after its start, and a reload has brought new
 * workers, milliseconds.
 */
const settleMs = 300;

/** What happened to the services. */
export interface ServicesResult {
  /** Active state by unit. */
  services: Record<string, string>;
  /** Units that stay off, with the paths they wait for. */
  waiting: Record<string, string[]>;
}

/** Paths that a service needs and that are not there. */
function missing({ needs }: BundleService): string[] {
  return needs.filter((path) => !existsSync(path));
}

/**
 * Starts, reloads or restarts what the changed paths concern, in the bundle's order, and waits for
 * the health of each. A service whose needs are missing is kept off: its package may have started
 * it already.
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
      // Workers of before the reload may still answer, and would hide what the new ones do.
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

/** What a running service must do about the changed paths. */
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
  if (units.length > 0) await must([systemctl, "enable", "--quiet", ...units]);
}

async function act(
  verb: string,
  { unit, startTimeoutSeconds = startSeconds }: BundleService,
  state: UnitState | undefined,
): Promise<void> {
  say(verb, unit);
  try {
    if (state?.active === "failed") await run([systemctl, "reset-failed", unit]);
    await must([systemctl, verb, unit], startTimeoutSeconds);
  } catch (error) {
    const said = `${(error as Error).message}\n${await journalTail(unit)}`;
    throw new Error(said, { cause: error });
  }
}

/** systemd takes a program for started that ends a moment later; looks once more at all. */
async function settle(services: readonly BundleService[]): Promise<void> {
  if (services.length === 0) return;
  await pause(settleMs);
  for (const [unit, { active }] of await unitStates(services.map(({ unit }) => unit))) {
    if (active === "active" || active === "reloading") continue;
    throw new Error(`${unit} does not stay up, it is ${active}\n${await journalTail(unit)}`);
  }
  for (const service of services) await waitHealthy(service);
}

/**
 * Brings services back to what they were before a failed run: those of the last run run again with
 * their old files, those that only packages brought see their old files. Goes on after a failure,
 * since the run has failed already. While `booting`, systemd is told but not waited for.
 */
export async function putBack(
  managed: readonly BundleService[],
  fromPackages: readonly BundleService[],
  changed: ReadonlySet<string>,
  booting = false,
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
    const verb = isUp(state) ? verbFor(service, changed) : "start";
    if (!verb) continue;
    const done = booting ? must([...queueing, verb, service.unit]) : act(verb, service, state);
    await done.catch((error: Error) => say("put back", error.message));
  }
  for (const service of fromPackages) {
    if (verbFor(service, changed)) {
      const caller = booting ? queueing : [systemctl];
      await run([...caller, "try-reload-or-restart", service.unit], startSeconds);
    }
  }
}

/** Stops and disables units; while `booting`, their end is not waited for. */
export async function retire(units: readonly string[], booting = false): Promise<void> {
  if (units.length === 0) return;
  for (const unit of units) say("retire", unit);
  const caller = booting ? queueing : [systemctl];
  await run([...caller, "disable", "--now", "--quiet", ...units], startSeconds);
  await run([systemctl, "reset-failed", ...units]);
}
