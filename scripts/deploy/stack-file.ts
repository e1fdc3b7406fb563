import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, parseDocument, YAMLMap } from "yaml";
import type { Runtime } from "../../config/runtime";
import { commandText } from "../../config/command";
import { plainCommand, type ReleaseFacts } from "../../release/facts";
import type { StackOutputs } from "../operate/outputs";
import { releaseNodes, startOnNode } from "../operate/releases";

/** Key of the app's settings in a stack file. */
const appKey = ["config", "webstack:app"];

/** The release for a stack file to name. */
export type Named =
  | { path: string }
  | { url: string; sha256: string }
  | {
      /** SHA-256 of a pinned release, which takes precedence over the other settings. */
      pin: string;
      /** Command of the release, if the settings have none. */
      command?: string;
      /** Runtime of the release, if the settings or the release have one; empty: the Node.js of the distribution. */
      runtime?: Runtime;
    }
  /** The release that the stack file names without a pin. */
  | "unpinned";

/** Name of a stack's file; only the last part of `organization/project/stack` counts. */
export function stackFileName(stack: string): string {
  return `Pulumi.${stack.split("/").at(-1)}.yaml`;
}

/** Path and text of a stack's file. @throws Error if the file is missing. */
export function readStackFile(stack: string, directory: string): { path: string; text: string } {
  const path = join(directory, stackFileName(stack));
  try {
    return { path, text: readFileSync(path, "utf8") };
  } catch (error) {
    throw new Error(`${path} must hold the settings of ${stack}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Writes a stack file atomically: a reader finds the old text or the new text. */
export function writeStackFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Changes the text of a stack file to name another release; comments and all other settings stay.
 *
 * @throws Error if the text is not YAML, if the settings of the app are not a map, or if the stack file would keep
 * a build that no release needs.
 */
export function naming(text: string, named: Named): string {
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken) throw new Error(`the stack file must be YAML: ${broken.message}`);
  const found = document.getIn(appKey);
  if (found !== undefined && found !== null && !isMap(found)) {
    throw new Error(`webstack:app must be a map of settings, got ${JSON.stringify(found)}`);
  }
  const app = found ?? new YAMLMap();
  const pins = ["release", "releaseCommand", "releaseRuntime"].filter((key) => app.has(key));
  if (named === "unpinned" && pins.length === 0) return text;
  for (const key of [...pins, ...replaced(app, named)]) app.delete(key);
  for (const [key, value] of Object.entries(settingsOf(named)))
    app.set(key, document.createNode(value));
  if (app !== found) document.setIn(appKey, app);
  const indent = /^( +)\S/m.exec(text)?.[1]?.length ?? 2;
  return document.toString({ lineWidth: 0, indent });
}

function settingsOf(named: Named): Record<string, string | Runtime> {
  if (named === "unpinned") return {};
  if (!("pin" in named)) return named;
  const { pin, command, runtime } = named;
  return {
    release: pin,
    ...(command === undefined ? {} : { releaseCommand: command }),
    ...(runtime === undefined ? {} : { releaseRuntime: runtime }),
  };
}

/** Names of settings that contradict the new ones. */
function replaced(app: YAMLMap, named: Named): string[] {
  if (named === "unpinned" || "pin" in named) return [];
  if ("path" in named) return ["url", "sha256"];
  if (!app.has("build")) return ["path"];
  throw new Error(
    "webstack:app.build must be absent when the hosts fetch the release, " +
      `got ${JSON.stringify(app.get("build"))}; remove it from the stack file`,
  );
}

/** The app's settings, as written in a stack file. */
export function appIn(text: string): Record<string, unknown> {
  const { config } = (parseDocument(text).toJS() ?? {}) as {
    config?: Record<string, Record<string, unknown> | undefined>;
  };
  return config?.["webstack:app"] ?? {};
}

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
