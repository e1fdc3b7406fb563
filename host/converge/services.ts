import { existsSync } from "node:fs";
import { stepAside, heldOffBy, holdOff } from "./out-of-service";
import type { BundleService } from "./bundle";
import { waitHealthy } from "./health";
import { runOrThrow, pause, run, reportStep } from "./run";
import { isUp, journalTail, unitStates, wasKilled, type UnitState } from "./systemd";
import { monotonicMs } from "../time/monotonic";

export const systemctl = "/usr/bin/systemctl";
/** Queues jobs without waiting. During a boot, the awaited job could wait for this program itself. */
export const queueing = [systemctl, "--no-block"];
/** Longest start of a unit, seconds: the private network card of a new server may take minutes to appear. */
export const startSeconds = 330;
/**
 * Time after a start or reload, milliseconds, in which a failing program exits and a reload starts new
 * workers.
 */
const settleMs = 300;
/** Shortest restart that may contain a kill, seconds; only a worker's `stopSeconds` may be shorter, and its kill is not told. */
const slowSeconds = 5;

/** Result of {@link bringUp}. */
export interface ServicesResult {
  /** `active`, `held off` (`offWhile`) or `waiting` (`needs`), by unit. */
  services: Record<string, string>;
  /** Units that stay off, with the missing paths. */
  waiting: Record<string, string[]>;
}

/** Missing paths that a service needs. */
export function missing({ needs }: BundleService): string[] {
  return needs.filter((path) => !existsSync(path));
}

/**
 * Starts, reloads or restarts the services that the changed paths concern, in the bundle's order, and
 * waits until each is healthy. Before the first restart that visitors would notice, the node steps aside. A service
 * with missing paths is stopped, because its package may have started it. A service that is held off is enabled, and stopped
 * if it runs.
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
  await holdOff(ready, states);
  const back = await stepAside(restarting(ready, states, changed));
  try {
    await actOn(ready, back ? await unitStates(ready.map(({ unit }) => unit)) : states, changed);
  } finally {
    await back?.();
  }
  return {
    services: Object.fromEntries([
      ...ready.map((service) => [service.unit, heldOffBy(service) ? "held off" : "active"]),
      ...waiting.map(({ unit }) => [unit, "waiting"]),
    ]),
    waiting: Object.fromEntries(waiting.map((service) => [service.unit, missing(service)])),
  };
}

async function actOn(
  services: readonly BundleService[],
  states: ReadonlyMap<string, UnitState>,
  changed: ReadonlySet<string>,
): Promise<void> {
  const acted: BundleService[] = [];
  for (const service of services) {
    if (heldOffBy(service)) continue;
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
}

/** Running services that the changed paths restart. */
export function restarting(
  services: readonly BundleService[],
  states: ReadonlyMap<string, UnitState>,
  changed: ReadonlySet<string>,
): BundleService[] {
  return services.filter(
    (service) => isUp(states.get(service.unit)) && verbFor(service, changed) === "restart",
  );
}

/** Action of a running service on the changed paths; undefined: none. */
export function verbFor(
  { restartFiles, reloadFiles }: BundleService,
  changed: ReadonlySet<string>,
): "restart" | "reload-or-restart" | undefined {
  if (restartFiles.some((path) => changed.has(path))) return "restart";
  return reloadFiles.some((path) => changed.has(path)) ? "reload-or-restart" : undefined;
}

/** Stops and disables the started or enabled ones among these services. */
export async function keepOff(
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

/** Enables the disabled ones among these services. */
export async function enable(
  services: readonly BundleService[],
  states: ReadonlyMap<string, UnitState>,
): Promise<void> {
  const units = services
    .map(({ unit }) => unit)
    .filter((unit) => states.get(unit)?.file === "disabled");
  if (units.length > 0) await runOrThrow([systemctl, "enable", "--quiet", ...units]);
}

/**
 * Starts, reloads or restarts a unit.
 *
 * @throws Error with the end of its journal, unless the unit is held off by now: its stop cancels a start under way.
 */
export async function act(
  verb: string,
  service: BundleService,
  state: UnitState | undefined,
): Promise<void> {
  const { unit, startTimeoutSeconds = startSeconds } = service;
  reportStep(verb, unit);
  const begunMs = monotonicMs();
  try {
    if (state?.active === "failed") await run([systemctl, "reset-failed", unit]);
    await runOrThrow([systemctl, verb, unit], startTimeoutSeconds);
  } catch (error) {
    if (heldOffBy(service)) return;
    const message = `${(error as Error).message}\n${await journalTail(unit)}`;
    throw new Error(message, { cause: error });
  }
  const seconds = (monotonicMs() - begunMs) / 1000;
  if (seconds < slowSeconds || !(await wasKilled(unit, seconds))) return;
  const took = `${verb} took ${Math.round(seconds)} s`;
  reportStep("warning", `${unit} did not end after SIGTERM and was killed; ${took}`);
}

/** Checks all services once more: systemd reports a program as started that exits a moment later. */
async function settle(acted: readonly BundleService[]): Promise<void> {
  if (acted.length === 0) return;
  await pause(settleMs);
  // A maintenance that began meanwhile stopped its units.
  const services = acted.filter((service) => !heldOffBy(service));
  for (const [unit, { active }] of await unitStates(services.map(({ unit }) => unit))) {
    if (active === "active" || active === "reloading") continue;
    throw new Error(`${unit} did not stay up; its state is ${active}\n${await journalTail(unit)}`);
  }
  for (const service of services) await waitHealthy(service);
}

/**
 * Stops and disables units, each by a call of its own: systemctl refuses a whole call for one unit whose file is gone,
 * and leaves the other units of the call enabled and running.
 *
 * @param booting true: their stop is not awaited. @default false
 * @throws Error naming the units that are still enabled or running.
 */
export async function retire(units: readonly string[], booting = false): Promise<void> {
  if (units.length === 0) return;
  const caller = booting ? queueing : [systemctl];
  await Promise.all(
    units.map(async (unit) => {
      reportStep("retire", unit);
      const { status } = await run([...caller, "disable", "--now", "--quiet", unit], startSeconds);
      // A unit without a file cannot be disabled, and still runs.
      if (status !== 0) await run([...caller, "stop", "--quiet", unit], startSeconds);
      await run([systemctl, "reset-failed", unit]);
    }),
  );
  if (booting) return;
  const states = await unitStates(units);
  const left = units.filter(
    (unit) => isUp(states.get(unit)) || states.get(unit)?.file === "enabled",
  );
  if (left.length === 0) return;
  const tails = await Promise.all(left.map((unit) => journalTail(unit)));
  throw new Error(`${left.join(", ")} could not be stopped and disabled\n${tails.join("\n")}`);
}
