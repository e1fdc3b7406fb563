import { commandText } from "../../config/command";
import type { Runtime } from "../../config/runtime";
import { plainCommand, type ReleaseFacts } from "../../release/facts";
import type { StackOutputs } from "../operate/outputs";
import { releaseNodes, startOnNode } from "../operate/releases";

/** A release to pin. */
export interface Pinned {
  digest: string;
  /** Facts about the release; undefined: not known. */
  facts: ReleaseFacts | undefined;
  /** Settings of the app in the stack file. */
  app: Readonly<Record<string, unknown>>;
}

/**
 * The command to pin with a release, so that an `up` from every machine runs it the same way; undefined if the
 * settings have a command for all releases, or an app without a server.
 *
 * @throws Error if the release has no command.
 */
export async function pinnedCommand(
  outputs: StackOutputs,
  { digest, facts, app }: Pinned,
): Promise<string | undefined> {
  if ("command" in app || isSiteAlone(app)) return undefined;
  if (facts?.command) return commandText(facts.command);
  // This is the command of every release that the hosts download.
  if ("url" in app) return commandText(plainCommand);
  const { command, script } = await startOnNode(outputs, releaseNodes(outputs)[0]!.name, digest);
  if (command) return commandText(command);
  const found = script === undefined ? "nothing" : JSON.stringify(script);
  throw new Error(
    `webstack:app.command must be set for the release ${digest.slice(0, 12)}, whose package.json says ${found}`,
  );
}

/**
 * The runtime to pin with a release, so that the release keeps its own runtime; undefined if neither the release nor
 * the settings have one, or if the facts about the release are not known.
 */
export function pinnedRuntime({ facts, app }: Pinned): Runtime | undefined {
  if (!facts || (facts.runtime === undefined && !("runtime" in app))) return undefined;
  return facts.runtime ?? {};
}

function isSiteAlone({ static: site }: Pinned["app"]): boolean {
  return typeof site === "object" && site !== null && "only" in site && site.only === true;
}
