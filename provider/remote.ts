import { convergeInput, type Inputs } from "./inputs";
import type { Session } from "./session";

const converge = "sudo -n /usr/bin/node /usr/local/lib/webstack/converge.js";
/** Longest first boot: packages are installed from a mirror, seconds. */
const bootSeconds = 1_200;
/** Longest run of converge, seconds. */
const applySeconds = 1_800;

/** What converge reads back; see `host/converge/read.ts`. */
export interface HostReading {
  files: Record<string, string | null>;
  attributes: Record<string, string>;
  secrets: Record<string, string | null>;
  release: string | null;
  pending: boolean;
}

interface Outcome {
  ok: boolean;
  changed?: string[];
  waiting?: Record<string, string[]>;
  error?: string;
  rolledBack?: boolean;
}

/**
 * Waits for the end of the first boot.
 *
 * @throws Error with the end of cloud-init's log if it failed.
 */
export async function waitForFirstBoot(session: Session): Promise<void> {
  const { stdout } = await session.run("cloud-init status --wait --format json 2>/dev/null", {
    timeoutSeconds: bootSeconds,
  });
  const status = /"status":\s*"([^"]+)"/.exec(stdout)?.[1];
  if (status !== "error") return;
  const log = await session.run("sudo -n tail -n 40 /var/log/cloud-init-output.log");
  throw new Error(`the first boot failed; the end of cloud-init's log:\n${log.stdout}`);
}

function lastLine(stdout: string): string {
  return stdout.trim().split("\n").at(-1) ?? "";
}

async function answer<T>(session: Session, command: string): Promise<T> {
  const { status, stdout, stderr } = await session.run(`${converge} ${command}`);
  try {
    return JSON.parse(lastLine(stdout)) as T;
  } catch {
    throw new Error(`converge ${command} ended with ${status}: ${stderr.trim() || stdout.trim()}`);
  }
}

/** Sends the release, unless the host has it or fetches it itself. */
export async function pushRelease(session: Session, { release }: Inputs): Promise<void> {
  if (!release?.archive || release.url) return;
  const known = await answer<{ present: boolean }>(session, `has-release ${release.digest}`);
  if (known.present) return;
  const { status, stdout, stderr } = await session.run(`${converge} receive ${release.digest}`, {
    file: release.archive,
    timeoutSeconds: 600,
  });
  if (status !== 0) throw new Error(`the release did not arrive: ${lastLine(stdout)} ${stderr}`);
}

/**
 * Applies the inputs.
 *
 * @throws Error with converge's reason and log, and how to go on.
 */
export async function applyConfiguration(
  session: Session,
  inputs: Inputs,
  say: (line: string) => void,
): Promise<void> {
  const { status, stdout, stderr } = await session.run(`${converge} apply`, {
    input: convergeInput(inputs),
    timeoutSeconds: applySeconds,
    onLine: (line) => {
      const step = /^\{"step":"([^"]*)","detail":"((?:[^"\\]|\\.)*)"/.exec(line);
      if (step && ["install", "again", "download", "roll back", "wait"].includes(step[1]!)) {
        say(`${step[1]} ${step[2]}`);
      }
    },
  });
  let outcome: Outcome;
  try {
    outcome = JSON.parse(lastLine(stdout)) as Outcome;
  } catch {
    throw new Error(`converge ended with ${status} and no result: ${stderr.trim()}`);
  }
  if (!outcome.ok) {
    const back = outcome.rolledBack
      ? "the host was put back to what it was"
      : "nothing was changed on the host";
    throw new Error(`${outcome.error}\n${back}; mend the cause and run \`pulumi up\` again`);
  }
  const waiting = Object.entries(outcome.waiting ?? {});
  if (waiting.length > 0) {
    const text = waiting.map(([unit, paths]) => `${unit} needs ${paths.join(", ")}`).join("; ");
    throw new Error(`services that stay off: ${text}`);
  }
}

/** What is on the host. */
export function readConfiguration(session: Session): Promise<HostReading> {
  return answer<HostReading>(session, "read");
}
