import { commandText } from "../../config/command";
import type { Runtime } from "../../config/runtime";
import { plainCommand, type ReleaseFacts } from "../../release/facts";
import type { StackOutputs } from "../operate/outputs";
import { releaseNodes, startOnNode } from "../operate/releases";

/** A release that is to be pinned. */
export interface Pinned {
  digest: string;
  /** What it says of itself; undefined: nothing is known. */
  facts: ReleaseFacts | undefined;
  /** Settings of the app in the stack file. */
  app: Readonly<Record<string, unknown>>;
}

/**
 * The command that a release is pinned with, so that every desk runs it the same way; undefined if the
 * settings have a command for all releases, or say that there is no server.
 *
 * @throws Error if the release does not say how it is run.
 */
export async function pinnedCommand(
  outputs: StackOutputs,
  { digest, facts, app }: Pinned,
): Promise<string | undefined> {
  if ("command" in app || isSiteAlone(app)) return undefined;
  if (facts?.command) return commandText(facts.command);
  // As the program runs what the hosts fetch.
  if ("url" in app) return commandText(plainCommand);
  const { command, script } = await startOnNode(outputs, releaseNodes(outputs)[0]!.name, digest);
  if (command) return commandText(command);
  const found = script === undefined ? "nothing" : JSON.stringify(script);
  throw new Error(
    `webstack:app.command must be set for the release ${digest.slice(0, 12)}, whose package.json says ${found}`,
  );
}

/**
 * The runtime that a release is pinned with, so that it runs with its own; undefined if neither it nor the settings
 * have one, or if it does not say anything of itself.
 */
export function pinnedRuntime({ facts, app }: Pinned): Runtime | undefined {
  if (!facts || (facts.runtime === undefined && !("runtime" in app))) return undefined;
  return facts.runtime ?? {};
}

function isSiteAlone({ static: site }: Pinned["app"]): boolean {
  return typeof site === "object" && site !== null && "only" in site && site.only === true;
}
