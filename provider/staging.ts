import { connect } from "./connect";
import { HostKeyUnproved, proveHost } from "./first-contact";
import type { ConnectionInputs, PushedRelease } from "./inputs";
import { fetchAhead, pushRelease, stageRelease } from "./remote";
import { ConnectionLost, type Session } from "./session";

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
    if (release.url) await fetchAhead(session, release);
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
