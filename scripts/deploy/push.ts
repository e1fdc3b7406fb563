import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "../../provider/connect";
import type { Log } from "../../provider/engine-log";
import type { PushedRelease } from "../../provider/inputs";
import { prefetchRelease, pushRelease, stageRelease } from "../../provider/remote";
import { pushRuntime } from "../../provider/release";
import type { Session } from "../../provider/session";
import type { StackNode, StackOutputs } from "../operate/outputs";
import { releaseNodes } from "../operate/releases";
import type { Pin } from "./engine";

/** Longest wait for a running node, seconds. */
const connectSeconds = 30;
const silent: Log = { status: () => undefined, info: () => undefined, warn: () => undefined };

/** A release on its way to the nodes: a local archive or a URL, with its runtime. */
export type Delivered = PushedRelease;

/**
 * Pushes a release to all app and web nodes in parallel, without a switch to it. A node with the release does not
 * change.
 *
 * @param pins host keys by node; the push to a node without a pin fails before a connection.
 * @throws Error that names each node without the release.
 */
export async function pushToAll(
  outputs: StackOutputs,
  release: Delivered,
  pins: ReadonlyMap<string, Pin>,
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  setMaxListeners(0, signal);
  const privateKey = readFileSync(outputs.files.key, "utf8");
  const pushes = releaseNodes(outputs).map(async (node) => {
    const begun = Date.now();
    const session = await reach(outputs, node, { privateKey, pin: pins.get(node.name), signal });
    try {
      const sent = release.url
        ? await prefetchRelease(session, release)
        : await pushRelease(session, { release }, silent);
      // The web nodes serve its assets as soon as the first app node runs it.
      if (node.role === "web") await stageRelease(session, release);
      if (node.role === "app") await pushRuntime(session, { release }, silent);
      const seconds = ((Date.now() - begun) / 1_000).toFixed(1);
      say(`  ${node.name} ${sent ? "got it" : "had it"} (${seconds} s)`);
    } finally {
      session.close();
    }
  });
  const ends = await Promise.allSettled(pushes);
  const problems = ends.flatMap((end, i) =>
    end.status === "rejected"
      ? [`${releaseNodes(outputs)[i]!.name}: ${(end.reason as Error).message}`]
      : [],
  );
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

function reach(
  outputs: StackOutputs,
  { name, privateIp }: StackNode,
  way: { privateKey: string; pin: Pin | undefined; signal: AbortSignal },
): Promise<Session> {
  const { privateKey, pin, signal } = way;
  if (!pin) throw new Error(`the stack's state has no host key of ${name}; run pulumi up first`);
  const { user, bastions } = outputs.ssh;
  return connect({
    connection: { host: privateIp, user, privateKey, bastions },
    pinned: pin.hostKey,
    timeoutSeconds: connectSeconds,
    urn: pin.urn,
    say: () => undefined,
    signal,
  });
}
