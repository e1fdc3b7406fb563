import { existsSync } from "node:fs";
import type { Log } from "./engine-log";
import type { Inputs } from "./inputs";
import { ask, type Done, transferSeconds } from "./remote";
import type { Session } from "./session";

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
