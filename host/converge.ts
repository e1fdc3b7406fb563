import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { apply } from "./converge/apply";
import type { Bundle, BundleRelease, Wanted } from "./converge/bundle";
import { proveHostKeys } from "./converge/first-contact";
import { LockHeld, withLock } from "./converge/lock";
import { runDirectory, stateDirectory } from "./converge/directories";
import { readHost } from "./converge/manifest";
import { stage } from "./converge/retained-releases";
import { fetchRelease, hasRelease, hasRuntime, receive, receiveRuntime } from "./converge/transfer";
import { recover } from "./converge/undo";

/** Path of this program on a host. */
const ownPath = "/usr/local/lib/webstack/converge.js";

function print(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Reads all of standard input. */
function standardInput(): string {
  return readFileSync(0, "utf8");
}

/**
 * Runs the converge program of the bundle if it differs from this one: a bundle is always applied by the
 * program that it was rendered with. Returns false if it is the same.
 */
function handOver(input: string, { bundle }: Wanted): boolean {
  const wanted = bundle.files[ownPath]?.content;
  if (wanted === undefined || process.env.WEBSTACK_HANDED_OVER) return false;
  if (wanted === readFileSync(process.argv[1] ?? ownPath, "utf8")) return false;
  mkdirSync(runDirectory, { recursive: true, mode: 0o755 });
  const next = `${runDirectory}/converge-${process.pid}.js`;
  writeFileSync(next, wanted, { mode: 0o600 });
  const { status } = spawnSync(process.execPath, [next, "apply"], {
    input,
    stdio: ["pipe", "inherit", "inherit"],
    env: { ...process.env, WEBSTACK_HANDED_OVER: "1" },
  });
  rmSync(next, { force: true });
  process.exitCode = status ?? 1;
  return true;
}

async function applyInput(input: string): Promise<void> {
  const wanted = JSON.parse(input) as Wanted;
  if (handOver(input, wanted)) return;
  const outcome = await withLock(() => apply(wanted));
  print(outcome);
  process.exitCode = outcome.ok ? 0 : 1;
}

/**
 * Undoes an interrupted run before the services of this boot start. A run that holds the lock is left
 * alone: either it has undone the interrupted run itself, or the record is its own.
 */
async function recoverAtBoot(): Promise<void> {
  try {
    print({ ok: true, recovered: await withLock(() => recover(true), 0) });
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    print({ ok: true, recovered: false });
  }
}

/**
 * `converge boot | recover | apply | read | receive <digest> | fetch | stage | has-release <digest> |
 * receive-runtime <digest> <root> | has-runtime <digest> <root> | prove`.
 */
async function main(): Promise<void> {
  const [command, digest = "", root = ""] = process.argv.slice(2);
  switch (command) {
    case "boot": {
      const bundle = JSON.parse(readFileSync(`${stateDirectory}/bundle.json`, "utf8")) as Bundle;
      return applyInput(JSON.stringify({ bundle, secrets: {} }));
    }
    case "recover":
      return recoverAtBoot();
    case "apply":
      return applyInput(standardInput());
    case "read":
      return print(await readHost());
    case "receive":
      await receive(digest, process.stdin);
      return print({ ok: true });
    case "fetch":
      await fetchRelease(JSON.parse(standardInput()) as BundleRelease);
      return print({ ok: true });
    case "stage": {
      const release = JSON.parse(standardInput()) as BundleRelease;
      await withLock(() => stage(release));
      return print({ ok: true });
    }
    case "has-release":
      return print({ ok: true, present: hasRelease(digest) });
    case "receive-runtime":
      await receiveRuntime({ digest, root }, process.stdin);
      return print({ ok: true });
    case "has-runtime":
      return print({ ok: true, present: hasRuntime({ digest, root }) });
    case "prove":
      return print({ ok: true, hostKeys: proveHostKeys() });
    default:
      throw new Error(
        "command must be boot, recover, apply, read, receive, fetch, stage, has-release, " +
          `receive-runtime, has-runtime or prove, got ${command}`,
      );
  }
}

// A run finishes even if the connection that started it is lost.
process.on("SIGHUP", () => undefined);
process.stdout.on("error", () => undefined);

main().catch((error: Error) => {
  print({ ok: false, error: error.message, rolledBack: false });
  process.exitCode = 1;
});
