import { existsSync, rmSync } from "node:fs";
import type { BundleService, Wanted } from "./bundle";
import { putFiles, type Run, type Plan } from "./plan";
import { runDirectory } from "./directories";
import { runOrThrow, pause, run, reportStep } from "./run";
import { bringUp, verbFor } from "./services";
import type { Intent } from "./swap";
import { reloadUnits } from "./undo";

/** Seconds in which the caller has to log in over a new connection. */
const confirmSeconds = 90;
/** Seconds after which a systemd timer undoes the change, in case this program has died. */
const undoSeconds = 110;
/** Pause between two checks for the confirmation, milliseconds. */
const pollMs = 250;
/** Name of the timer's units. */
const timer = "webstack-undo";
/**
 * This program's installed path: the temporary program of a bundle that is being applied may be gone by
 * then.
 */
const program = "/usr/local/lib/webstack/converge.js";

/** Nobody confirmed a change of login files. */
export class UnconfirmedLogin extends Error {
  constructor(readonly files: string[]) {
    super(`no new login within ${confirmSeconds} s after a change of ${files.join(", ")}`);
  }
}

/** The part of a run that changes login files: who can log in and how. */
export interface LoginChange {
  /** Id of the run, a few hex digits. */
  id: string;
  /** Paths that are written or removed. */
  paths: string[];
  plan: Pick<Plan, "write" | "remove">;
  /** Filters the services that act on these paths. */
  concerned: (services: readonly BundleService[]) => BundleService[];
}

/** File that the caller creates over a new connection to confirm the login. */
export function confirmedPath(id: string): string {
  return `${runDirectory}/confirmed-${id}`;
}

/** The login part of a plan; undefined if it has none, or the caller does not confirm. */
export function loginChange({ bundle, confirmation }: Wanted, plan: Plan): LoginChange | undefined {
  const deciding = new Set(bundle.loginFiles);
  const write = new Map([...plan.write].filter(([path]) => deciding.has(path)));
  const remove = plan.remove.filter((path) => deciding.has(path));
  const paths = [...write.keys(), ...remove];
  if (confirmation === undefined || paths.length === 0) return undefined;
  const changed = new Set(paths);
  return {
    ...{ id: confirmation, paths, plan: { write, remove } },
    concerned: (services) => services.filter((service) => verbFor(service, changed) !== undefined),
  };
}

/** Intent of the login part alone, so that a rollback touches no other file or service. */
export function loginIntent({ id, paths, concerned }: LoginChange, intent: Intent): Intent {
  const { before, after } = intent;
  const services = { before: concerned(before), after: concerned(after) };
  return { ...services, paths, changed: paths, confirmation: id };
}

/** The rest of a run after its login part. */
export function withoutLogin(all: Run, { paths }: LoginChange): Run {
  const done = new Set(paths);
  const write = new Map([...all.plan.write].filter(([path]) => !done.has(path)));
  const remove = all.plan.remove.filter((path) => !done.has(path));
  const changed = new Set([...all.changed].filter((path) => !done.has(path)));
  return { ...all, plan: { ...all.plan, write, remove }, changed };
}

/**
 * Changes the login files and waits for the confirmation. The swap must have begun with {@link
 * loginIntent}. Before the first change a systemd timer is started that undoes the change even if this
 * program dies.
 *
 * @throws UnconfirmedLogin if there is no confirmation in time; this function undoes nothing.
 */
export async function changeLogin(change: LoginChange, { bundle }: Run): Promise<void> {
  rmSync(confirmedPath(change.id), { force: true });
  await arm();
  putFiles(change.plan);
  await reloadUnits(change.paths);
  await bringUp(change.concerned(bundle.services), new Set(change.paths));
  reportStep("confirm", change.paths.join(", "));
  for (let waited = 0; !existsSync(confirmedPath(change.id)); waited += pollMs) {
    if (waited >= confirmSeconds * 1000) throw new UnconfirmedLogin(change.paths);
    await pause(pollMs);
  }
  rmSync(confirmedPath(change.id), { force: true });
  await disarm();
  reportStep("confirmed", change.paths.join(", "));
}

async function arm(): Promise<void> {
  await disarm();
  const when = [`--on-active=${undoSeconds}`, "--timer-property=AccuracySec=1s"];
  const how = [`--unit=${timer}`, "--collect", "--quiet", ...when];
  await runOrThrow(["/usr/bin/systemd-run", ...how, "/usr/bin/node", program, "recover"]);
}

/** Stops the timer, if it runs. While this program runs, the timer's program would do nothing. */
export async function disarm(): Promise<void> {
  await run(["/usr/bin/systemctl", "stop", `${timer}.timer`]);
}
