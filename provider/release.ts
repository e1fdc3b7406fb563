import { existsSync } from "node:fs";
import { connect } from "./connect";
import type { Log } from "./engine-log";
import { HostKeyUnproved, proveHost } from "./host-key";
import type { ConnectionInputs, Inputs, PushedRelease } from "./inputs";
import {
  ask,
  type Done,
  prefetchRelease,
  pushRelease,
  stageRelease,
  transferSeconds,
} from "./remote";
import { ConnectionLost, type Session } from "./session";

/**
 * Sends the release's runtime, such as Node.js, unless the host has it or uses the distribution's programs. Returns
 * true if the runtime was sent.
 *
 * @throws Error if the archive is missing, or did not arrive complete.
 */
export async function pushRuntime(
  session: Session,
  { release }: Pick<Inputs, "release">,
  log: Log,
): Promise<boolean> {
  if (!release?.runtime) return false;
  const { runtime, runtimeArchive } = release;
  const { digest, root } = runtime;
  const state = await ask<Done & { present?: boolean }>(session, `has-runtime ${digest} ${root}`);
  if (!state.ok) throw new Error(knowsNoRuntimes(state.error));
  if (state.present) return false;
  if (!runtimeArchive || !existsSync(runtimeArchive)) {
    const found = runtimeArchive ? `${runtimeArchive} does not exist` : "no archive was given";
    throw new Error(`the host does not have the runtime ${digest}, and ${found}; run \`up\` again`);
  }
  log.status(`sending the runtime ${digest.slice(0, 12)}`);
  const options = { file: runtimeArchive, timeoutSeconds: transferSeconds };
  const sent = await ask<Done>(session, `receive-runtime ${digest} ${root}`, options);
  if (!sent.ok) throw new Error(`the runtime did not arrive: ${sent.error}`);
  return true;
}

/** Remedy for a host with an earlier converge that does not know runtimes: any other update brings a newer converge. */
function knowsNoRuntimes(error: string | undefined): string {
  if (!error?.startsWith("command must be"))
    return `the host was not asked for its runtime: ${error}`;
  return (
    "the converge on the host is older than webstack:app.runtime.node; run `up` once without the setting, " +
    "then with it; nothing was changed"
  );
}

/** Longest wait for a running host, seconds. */
const connectSeconds = 30;
const silent = { status: () => undefined, info: () => undefined, warn: () => undefined };

/** A host that serves the assets of a release. */
export interface StagingHost {
  /** Node name, such as `web-1`. */
  node: string;
  /** SSH connection; with the key of the first contact the host proves its host key, which is not pinned here. */
  connection: ConnectionInputs & { firstContactKey: string };
}

/**
 * Brings a release to a running host and stages it there, without a switch.
 *
 * @returns why the host was not reached, or does not stage; undefined if the release is staged.
 * @throws Error if the release does not arrive or cannot be unpacked: a switch would fail too.
 */
export async function stageOn(
  { node, connection }: StagingHost,
  release: PushedRelease,
): Promise<string | undefined> {
  let session: Session | undefined;
  try {
    session = await reach(connection);
    await proveHost(session, node, connection.firstContactKey);
    if (release.url) await prefetchRelease(session, release);
    else await pushRelease(session, { release }, silent);
    return (await stageRelease(session, release)) ? undefined : "its converge is older";
  } catch (error) {
    const { message } = error as Error;
    const isWay =
      session === undefined || error instanceof HostKeyUnproved || error instanceof ConnectionLost;
    if (isWay) return message;
    throw new Error(`${node}: ${message}`, { cause: error });
  } finally {
    session?.close();
  }
}

function reach(connection: ConnectionInputs): Promise<Session> {
  return connect({
    ...{ connection, pinned: undefined, timeoutSeconds: connectSeconds, urn: "" },
    say: () => undefined,
    signal: new AbortController().signal,
  });
}
