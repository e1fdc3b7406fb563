import { execFile } from "node:child_process";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { waitUntil } from "../../rolling/wait-until";
import { repositoryRoot } from "../local/paths";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import type { Measured } from "./drill";
import { edited, expectChanged, hostDigests } from "./edit-watch";
import type { Mistake } from "./lockout";
import { mistakes } from "./lockout";
import { type Answered, longestGap } from "./series";
import { nothingLeft, upDone } from "./up";

/** Longest attempt to log in, milliseconds. */
const loginMs = 6_000;
/** Pause between two attempts, milliseconds. */
const pauseMs = 1_000;
/** Longest wait for a login after a lockout, seconds. */
const backSeconds = 180;

/** Output and exit status of an `up` with a mistake. */
interface Failed {
  status: number;
  output: string;
}

/** Runs an `up` whose program renders a mistake, to its end. */
async function upWith({ name }: Mistake): Promise<Failed> {
  const words = ["-r", "./scripts/start.cjs", "scripts/drill/lockout-up.ts", name];
  const options = { cwd: repositoryRoot, maxBuffer: 64 << 20 };
  return promisify(execFile)(process.execPath, words, options).then(
    ({ stdout, stderr }) => ({ status: 0, output: stdout + stderr }),
    ({ code, stdout = "", stderr = "" }: { code?: number; stdout?: string; stderr?: string }) => ({
      ...{ status: code ?? 1, output: stdout + stderr },
    }),
  );
}

/**
 * Checks the result of an `up` with a mistake; `node` is the first node that gets the mistake.
 *
 * @throws Error with the end of the output, unless the `up` failed at this node alone, and named node and file.
 */
export function expectRefused({ isIn }: Mistake, node: string, { status, output }: Failed): void {
  const lockouts = [...output.matchAll(/(\S+): nobody can log in with (\S+) as wanted/g)];
  const isNamed = lockouts.some(([, name, path]) => name === node && isIn(path!));
  const tried = [...output.matchAll(/^\s*[\d.]+s\s+(?:FAILED )?\w+ (\S+)-configuration\b/gm)];
  const others = tried.filter(([, name]) => name !== node);
  if (status !== 0 && isNamed && others.length === 0) return;
  throw new Error(`up with the mistake ended with ${status}: ${output.slice(-4_000)}`);
}

/** Logs in to a node repeatedly; the returned function ends that, and returns the longest time without a login. */
function watchLogins(outputs: StackOutputs, node: string): () => Promise<number> {
  const logins: Answered[] = [];
  const login = () => runOnNode(outputs, node, "true", loginMs);
  const note = (result: string) => logins.push({ answeredMs: performance.now(), result });
  let going = true;
  const watch = async () => {
    while (going) {
      await login().then(
        () => note("acknowledged"),
        () => note("refused"),
      );
      await pause(pauseMs);
    }
  };
  const watching = watch();
  return async () => {
    going = false;
    await watching;
    await waitUntil(`a login on ${node}`, login, { timeoutSeconds: backSeconds });
    note("acknowledged");
    if (logins.every(({ result }) => result === "acknowledged")) {
      throw new Error(`${node} was never locked out`);
    }
    return longestGap(logins).lengthMs;
  };
}

/** Applies one mistake; returns the longest time without a login, milliseconds. @throws Error if anything else changed. */
async function lockedOut(outputs: StackOutputs, mistake: Mistake): Promise<number> {
  const node = outputs.nodes.find(({ role }) => role === mistake.role)!.name;
  const before = await hostDigests(outputs);
  const ended = watchLogins(outputs, node);
  let lengthMs: number;
  try {
    expectRefused(mistake, node, await upWith(mistake));
  } finally {
    lengthMs = await ended();
  }
  expectChanged(`the mistake ${mistake.name}`, before, await hostDigests(outputs), []);
  await upDone();
  await nothingLeft();
  return lengthMs;
}

/** Applies each mistake under load; the longest time without a login counts as outage. */
export async function lockouts(outputs: StackOutputs): Promise<Measured> {
  const seen: [string, number][] = [];
  const measured = await edited(outputs, false, async (mark) => {
    for (const mistake of mistakes) {
      mark(mistake.name);
      seen.push([mistake.name, await lockedOut(outputs, mistake)]);
    }
  });
  const durations = seen.map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)} s`).join(", ");
  return {
    ...measured,
    outageMs: Math.max(measured.outageMs, ...seen.map(([, ms]) => ms)),
    notes: [`no login with: ${durations}`, ...(measured.notes ?? [])],
  };
}
