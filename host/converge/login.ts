import { existsSync, rmSync } from "node:fs";
import type { BundleService, Wanted } from "./bundle";
import { putFiles, type Run } from "./carry-out";
import { runDirectory } from "./places";
import type { Plan } from "./plan";
import { must, pause, run, say } from "./run";
import { bringUp, verbFor } from "./services";
import type { Intent } from "./swap";

/** Seconds in which whoever started the run has to log in anew. */
const confirmSeconds = 90;
/** Seconds after which the host's own timer undoes the change, should this program have ended. */
const undoSeconds = 110;
/** Time between two looks for the confirmation, milliseconds. */
const pollMs = 250;
/** Name of the timer's units. */
const timer = "webstack-undo";
/** The program on the disk: that of a bundle that is being applied may not be there any more. */
const program = "/usr/local/lib/webstack/converge.js";

/** That nobody logged in anew after a change of what decides who can. */
export class Unconfirmed extends Error {
  constructor(readonly files: string[]) {
    super(`nobody logged in anew within ${confirmSeconds} s after a change of ${files.join(", ")}`);
  }
}

/** The part of a run that decides who can log in. */
export interface LoginChange {
  /** Name of the run, a few hex digits. */
  id: string;
  /** Paths that are written or removed. */
  paths: string[];
  plan: Pick<Plan, "write" | "remove">;
  /** Services that act on these paths. */
  concerned: (services: readonly BundleService[]) => BundleService[];
}

/** Where whoever started a run says, over a new connection, that one can still log in. */
export function confirmedPath(id: string): string {
  return `${runDirectory}/confirmed-${id}`;
}

/** What a run changes of who can log in; undefined: nothing, or nobody would confirm it. */
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

/** What is about to be changed at first: no other file and no other service would be undone. */
export function loginIntent({ id, paths, concerned }: LoginChange, intent: Intent): Intent {
  const { before, after } = intent;
  const services = { before: concerned(before), after: concerned(after) };
  return { ...services, paths, changed: paths, confirmation: id };
}

/** What is left of a run after its login part. */
export function withoutLogin(all: Run, { paths }: LoginChange): Run {
  const done = new Set(paths);
  const write = new Map([...all.plan.write].filter(([path]) => !done.has(path)));
  const remove = all.plan.remove.filter((path) => !done.has(path));
  const changed = new Set([...all.changed].filter((path) => !done.has(path)));
  return { ...all, plan: { ...all.plan, write, remove }, changed };
}

/**
 * Changes who can log in, and waits until somebody did. The swap must have begun with
 * {@link loginIntent}: from before the first change on, a timer of systemd undoes it whatever becomes
 * of this program.
 *
 * @throws Unconfirmed if nobody did in time; nothing is taken back here.
 */
export async function changeLogin(change: LoginChange, { bundle }: Run): Promise<void> {
  rmSync(confirmedPath(change.id), { force: true });
  await arm();
  putFiles(change.plan);
  await bringUp(change.concerned(bundle.services), new Set(change.paths));
  say("confirm", change.paths.join(", "));
  for (let waited = 0; !existsSync(confirmedPath(change.id)); waited += pollMs) {
    if (waited >= confirmSeconds * 1000) throw new Unconfirmed(change.paths);
    await pause(pollMs);
  }
  rmSync(confirmedPath(change.id), { force: true });
  await disarm();
  say("confirmed", change.paths.join(", "));
}

async function arm(): Promise<void> {
  await disarm();
  const when = [`--on-active=${undoSeconds}`, "--timer-property=AccuracySec=1s"];
  const how = [`--unit=${timer}`, "--collect", "--quiet", ...when];
  await must(["/usr/bin/systemd-run", ...how, "/usr/bin/node", program, "recover"]);
}

/** Stops the timer; without one nothing happens. While this program runs it would do nothing either. */
export async function disarm(): Promise<void> {
  await run(["/usr/bin/systemctl", "stop", `${timer}.timer`]);
}
