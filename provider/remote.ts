import { existsSync } from "node:fs";
import type { BundleRelease } from "../services/bundle";
import type { Log } from "./engine-log";
import type { Inputs } from "./inputs";
import type { RemoteResult, RunOptions, Session } from "./session";

const program = "/usr/local/lib/webstack/converge.js";
const converge = `sudo -n /usr/bin/node ${program}`;
/** Longest first boot, which installs packages from a mirror, seconds. */
const bootSeconds = 1_200;
/** Longest download of a release by a host, seconds; and longest time in which a host takes nothing of a sent one. */
export const transferSeconds = 900;

/** State of a host as converge reads it; see `host/converge/manifest.ts`. */
export interface HostReading {
  /** Text by path; null = the file is gone. */
  files: Record<string, string | null>;
  /** `owner:group mode` by path. */
  attributes: Record<string, string>;
  /** SHA-256 by path; null = the file is gone. */
  secrets: Record<string, string | null>;
  /** State of each unit, by systemd. */
  services: Record<string, string>;
  /** Digest of the running release. */
  release: string | null;
  /** True if the last run was interrupted. */
  pending: boolean;
}

/** Converge's report at the end of a transfer. */
export interface Done {
  ok: boolean;
  error?: string;
}

/** cloud-init's modules that install the packages and run the first converge, in the order of a boot. */
const bootModules = ["package_update_upgrade_install", "scripts_user"];

/**
 * Waits for the end of the first boot. The provider continues after a failed boot if converge is on the
 * host: converge repeats all steps of the boot, and reports what fails. Otherwise cloud-init repeats the last modules
 * once: it asks a mirror for the packages one time only, and nothing works without them.
 *
 * @throws Error with the end of cloud-init's log if the boot and its repetition failed before converge was installed.
 */
export async function waitForFirstBoot(session: Session, log: Log): Promise<void> {
  log.status("waiting for the end of the first boot");
  const { stdout } = await session.run("cloud-init status --wait --format json 2>/dev/null", {
    timeoutSeconds: bootSeconds,
  });
  if (/"status":\s*"([^"]+)"/.exec(stdout)?.[1] !== "error") return;
  const first = await bootLog(session);
  const text = `the first boot failed; the end of cloud-init's log:\n${first.tail}`;
  if (first.isThere) return log.warn(`${text}\nwhat it left undone is done now`);
  log.warn(`${text}\nits last steps are repeated now`);
  const single = (name: string) => `sudo -n cloud-init single --name ${name} --frequency always`;
  const command = `(${bootModules.map(single).join(" && ")}) 2>&1 | tail -n 40`;
  const repeated = await session.run(command, { timeoutSeconds: bootSeconds });
  if ((await bootLog(session)).isThere) return;
  throw new Error(
    `the first boot failed, and its repetition too; the end of cloud-init's log:\n${first.tail}\n` +
      `the end of the repetition:\n${repeated.stdout}\n` +
      "run `up` again once the cause is gone, such as a mirror that does not answer: it repeats these steps",
  );
}

/** The end of cloud-init's log, and whether converge is on the host. */
async function bootLog(session: Session): Promise<{ tail: string; isThere: boolean }> {
  const command = `test -e ${program} && echo there; sudo -n tail -n 40 /var/log/cloud-init-output.log`;
  const { stdout } = await session.run(command);
  return { tail: stdout.replace(/^there\n/, ""), isThere: stdout.startsWith("there\n") };
}

function lastLine(stdout: string): string {
  return stdout.trimEnd().split("\n").at(-1) ?? "";
}

/** Runs converge and parses its last line. @throws Error with converge's output if the line is not JSON. */
export async function ask<T>(session: Session, command: string, options?: RunOptions): Promise<T> {
  const result = await session.run(`${converge} ${command}`, options);
  try {
    return JSON.parse(lastLine(result.stdout)) as T;
  } catch {
    throw new Error(noAnswer(command, result));
  }
}

function noAnswer(command: string, { status, stdout, stderr }: RemoteResult): string {
  const output = (stderr.trim() || stdout.trim()).split("\n").slice(-15).join("\n");
  const hint = /Cannot find module|No such file|not found/.test(output)
    ? "\nconverge is not on the host: it comes with the first boot's cloud-config"
    : "";
  return `converge ${command.split(" ")[0]} ended with ${status} and no result: ${output}${hint}`;
}

/**
 * Sends the release, unless the host has it or downloads it itself. Returns true if the release was sent.
 *
 * @throws Error if the archive is missing, or did not arrive complete.
 */
export async function pushRelease(
  session: Session,
  { release }: Pick<Inputs, "release">,
  log: Log,
): Promise<boolean> {
  if (!release || release.url) return false;
  const { digest, archive } = release;
  const { present } = await ask<{ present: boolean }>(session, `has-release ${digest}`);
  if (present) return false;
  if (!archive || !existsSync(archive)) throw new Error(nothingToSend(digest, archive));
  log.status(`sending the release ${digest.slice(0, 12)}`);
  const options = { file: archive, timeoutSeconds: transferSeconds };
  const { ok, error } = await ask<Done>(session, `receive ${digest}`, options);
  if (!ok) throw new Error(`the release did not arrive: ${error}`);
  return true;
}

function nothingToSend(digest: string, archive: string | undefined): string {
  if (archive) return `the host does not have the release ${digest}, and ${archive} does not exist`;
  return (
    `the host does not have the release ${digest}, and its archive is not here either: webstack:app.release names ` +
    `it. Put it here as .webstack/releases/${digest}.tar.gz from where it was packed, or run npm run deploy with ` +
    "the app, which removes the setting"
  );
}

/**
 * Lets the host download its release before the update, unless it has the release. Returns true if it did so.
 *
 * @throws Error if the download fails, or delivers another file.
 */
export async function prefetchRelease(session: Session, release: BundleRelease): Promise<boolean> {
  const { digest } = release;
  const { present } = await ask<{ present: boolean }>(session, `has-release ${digest}`);
  if (present) return false;
  const options = { input: JSON.stringify(release), timeoutSeconds: transferSeconds };
  const { ok, error } = await ask<Done>(session, "fetch", options);
  if (!ok) throw new Error(`the release cannot be fetched: ${error}`);
  return true;
}

/**
 * Unpacks a release that the host has, so that the host's Nginx finds its assets before the host switches to it. Returns
 * false if the converge on the host is of an earlier version, which cannot stage; the next update brings a newer one.
 *
 * @throws Error if the release cannot be unpacked, such as on a full disk.
 */
export async function stageRelease(
  session: Session,
  { digest, url, root, keep }: BundleRelease,
): Promise<boolean> {
  const input = JSON.stringify({ digest, url, root, keep });
  const { ok, error } = await ask<Done>(session, "stage", {
    input,
    timeoutSeconds: transferSeconds,
  });
  if (!ok && error?.startsWith("command must be")) return false;
  if (!ok) throw new Error(`the release cannot be staged: ${error}`);
  return true;
}

/** Reads the state of the host. */
export function readConfiguration(session: Session): Promise<HostReading> {
  return ask<HostReading>(session, "read");
}
