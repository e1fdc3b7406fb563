import type { BundleService, Wanted } from "./bundle";
import { carryOut, type Run, changedPaths, makePlan } from "./plan";
import { checkStaged } from "./checks";
import { journalPath, recordSwitch } from "./journal";
import {
  changeLogin,
  disarm,
  loginChange,
  type LoginChange,
  loginIntent,
  UnconfirmedLogin,
  withoutLogin,
} from "./login";
import { isSameManifest, manifestOf, readManifest, unionOf, writeManifest } from "./manifest";
import { prepare } from "./prepare";
import { endStaging, prune } from "./retained-releases";
import { reportStep } from "./run";
import type { ServicesResult } from "./services";
import { unitStates, type UnitState } from "./systemd";
import { beginSwap, endSwap, type Intent, type Swap, widenSwap } from "./swap";
import { RollbackFailed, recover, undo } from "./undo";

/** Output of a failed run. */
interface Failed {
  ok: false;
  error: string;
  /**
   * True if the host is back in the state before the run. False without `notBack`: the host was not
   * changed.
   */
  rolledBack: boolean;
  /** What could not be restored, and what to do; absent: everything is restored. */
  notBack?: string;
  /** Login files of the run, if it failed because nobody confirmed them. */
  unconfirmed?: string[];
}

/** Output of a finished run. */
export type Outcome = ({ ok: true; changed: string[] } & ServicesResult) | Failed;

/**
 * Brings the host to the wanted state: prepares, checks, swaps the files, reloads or restarts the services concerned,
 * and waits until they are healthy. On a failure everything is restored. An interrupted run is undone first. A change
 * of login files comes before everything else, which waits for its confirmation.
 */
export async function apply(wanted: Wanted): Promise<Outcome> {
  let recovered = false;
  try {
    recovered = await recover(false);
    const run = await prepareRun(wanted);
    return await change(run, loginChange(wanted, run.plan));
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof RollbackFailed))
      return { ok: false, error: message, rolledBack: recovered };
    const first = "the changes of an interrupted run must be undone first";
    return { ok: false, error: first, rolledBack: false, notBack: message };
  }
}

/** The steps before the first change that a rollback undoes. */
async function prepareRun(wanted: Wanted): Promise<Run> {
  const { bundle } = wanted;
  const manifest = readManifest();
  await prepare(bundle);
  const plan = await makePlan(wanted, manifest);
  await checkStaged(bundle.checks, plan);
  if (manifest.pending) {
    reportStep("resume", "the last run was interrupted: every service is brought up again");
  }
  return { bundle, manifest, plan, changed: changedPaths(plan, wanted, manifest.pending) };
}

async function change(run: Run, login: LoginChange | undefined): Promise<Outcome> {
  const { bundle, manifest, plan, changed } = run;
  const next = manifestOf(bundle);
  const idle = changed.size === 0 && isSameManifest(manifest, next);
  const intent = intentOf(run);
  const first = login ? loginIntent(login, intent) : intent;
  let swap: Swap = idle ? { version: 1, kept: [], ...first } : beginSwap(first);
  // After an interrupted run it is unknown which files a service has loaded.
  const known = manifest.pending ? [] : manifest.services;
  const earlier = await unitStates(known.map(({ unit }) => unit));
  let result: ServicesResult;
  try {
    if (!idle) writeManifest(unionOf(manifest, next));
    if (login) {
      await changeLogin(login, run);
      swap = widenSwap(swap, intent);
    }
    result = await carryOut(login ? withoutLogin(run, login) : run);
    if (!idle) {
      if (plan.release) {
        const { digest, before } = plan.release;
        recordSwitch(digest, before, bundle.release?.runtime?.digest);
      }
      writeManifest(next);
      endSwap();
    }
  } catch (error) {
    const outcome = await rollBack(error as Error, swap, earlier);
    // A release that does not become healthy must not fill the disk with repeated attempts.
    if (bundle.release && plan.release && outcome.rolledBack) prune(bundle.release);
    return outcome;
  }
  if (bundle.release) endStaging(bundle.release, plan.release !== undefined);
  return { ok: true, changed: [...changed], ...result };
}

function intentOf({ bundle, manifest, plan, changed }: Run): Intent {
  const { write, remove, release } = plan;
  return {
    paths: [...write.keys(), ...remove, ...(release ? [journalPath] : [])],
    ...(release ? { release: { root: release.root, before: release.before ?? null } } : {}),
    changed: [...changed],
    before: actingOnBoth(manifest.services, bundle.services),
    after: bundle.services,
  };
}

/**
 * The services of the last run, which also act on the files of this run: a service that was restarted with a new
 * drop-in keeps that drop-in's settings until a restart without it.
 */
function actingOnBoth(
  before: readonly BundleService[],
  after: readonly BundleService[],
): BundleService[] {
  return before.map((service) => {
    const { reloadFiles = [], restartFiles = [] } =
      after.find(({ unit }) => unit === service.unit) ?? {};
    return {
      ...service,
      reloadFiles: [...new Set([...service.reloadFiles, ...reloadFiles])],
      restartFiles: [...new Set([...service.restartFiles, ...restartFiles])],
    };
  });
}

async function rollBack(
  error: Error,
  swap: Swap,
  earlier: ReadonlyMap<string, UnitState>,
): Promise<Failed> {
  const { message } = error;
  reportStep("roll back", message.split("\n")[0]);
  const unconfirmed = error instanceof UnconfirmedLogin ? { unconfirmed: error.files } : {};
  try {
    await undo(swap, false, earlier);
    if (swap.confirmation !== undefined) await disarm();
    return { ok: false, error: message, rolledBack: true, ...unconfirmed };
  } catch (failure) {
    const notBack = (failure as Error).message;
    return { ok: false, error: message, rolledBack: false, notBack, ...unconfirmed };
  }
}
