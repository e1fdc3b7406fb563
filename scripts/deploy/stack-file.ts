import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, parseDocument, YAMLMap } from "yaml";
import type { Runtime } from "../../config/runtime";

/** Key of the app's settings in a stack file. */
const appKey = ["config", "webstack:app"];

/** Which release a stack file is to name. */
export type Named =
  | { path: string }
  | { url: string; sha256: string }
  | {
      /** SHA-256 of a release that runs whatever the other settings say. */
      pin: string;
      /** Its command, if the settings have none. */
      command?: string;
      /** Its runtime, if the settings or the release have one; empty for the Node.js of the distribution. */
      runtime?: Runtime;
    }
  /** What it names without a pin. */
  | "unpinned";

/** Name of the file with the settings of a stack; of `organization/project/stack` the last part counts. */
export function stackFileName(stack: string): string {
  return `Pulumi.${stack.split("/").at(-1)}.yaml`;
}

/** Path and text of a stack's file. @throws Error if there is none. */
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

/** Writes a stack file in one step: whoever reads it finds the old one or the new one. */
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
 * The text of a stack file that names another release; comments and all other settings stay.
 *
 * @throws Error if the text is no YAML, if the settings of the app are no map, or if a build is left that
 * nothing needs.
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

/** Settings that contradict the new ones. */
function replaced(app: YAMLMap, named: Named): string[] {
  if (named === "unpinned" || "pin" in named) return [];
  if ("path" in named) return ["url", "sha256"];
  if (!app.has("build")) return ["path"];
  throw new Error(
    "webstack:app.build must be absent when the hosts fetch the release, " +
      `got ${JSON.stringify(app.get("build"))}; remove it from the stack file`,
  );
}

/** The app's settings as they stand in a stack file. */
export function appIn(text: string): Record<string, unknown> {
  const { config } = (parseDocument(text).toJS() ?? {}) as {
    config?: Record<string, Record<string, unknown> | undefined>;
  };
  return config?.["webstack:app"] ?? {};
}
