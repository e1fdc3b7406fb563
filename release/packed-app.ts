import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Architecture, type Runtime, runtimeCommand } from "../config/runtime";
import { buildApp } from "./build";
import { type ReleaseFacts, releaseFacts, startIn } from "./facts";
import { packRelease } from "./pack";
import { checkRuntime } from "./runtime-check";

/**
 * The own command of a built app: the start script of its `package.json`, else
 * `node server.js`.
 *
 * @throws Error if the script needs a shell, or if the app has neither.
 */
export function commandOf(directory: string): string[] {
  const { command, script } = startIn(directory);
  if (command) return command;
  if (script !== undefined) {
    throw new Error(
      "webstack:app.command must be set when the start script of package.json needs a shell, " +
        `got ${JSON.stringify(script)} in ${directory}; set it to a program with its arguments, and variables in app.env`,
    );
  }
  throw new Error(
    `webstack:app.command must be set, got nothing, and ${directory} has neither a package.json with ` +
      "a start script nor a server.js; set for example node dist/main.js",
  );
}

/** Directory of the releases that this machine packed. */
export function releasesFolder(projectRoot: string): string {
  return join(projectRoot, ".webstack", "releases");
}

/** Where to pack an app, and for which hosts. */
export interface Packing {
  /** Directory of `Pulumi.yaml`. */
  projectRoot: string;
  /** Texts that the message of a failed build must not contain. */
  secrets: readonly string[];
  /** Returns the processor architecture of the app nodes. */
  architecture: () => Architecture;
}

/** Settings of the app that decide how it is packed. */
export interface PackedApp {
  /** Words of the build command. @default the app is already built */
  build?: readonly string[];
  /** Words of the command of one process. @default the app's own command */
  command?: readonly string[];
  /** Runtime. */
  runtime: Runtime;
  /** False: the app has no process that answers requests. */
  hasServer: boolean;
}

/**
 * Builds and packs the app in `path`; the release is written below `.webstack/releases`.
 *
 * @throws Error if the build fails or fills another directory, if no command for the app is known, or if hosts could
 * not run the app with it.
 */
export function packApp(
  { build, command, runtime, hasServer }: PackedApp,
  path: string,
  { projectRoot, secrets, architecture }: Packing,
): { digest: string; archive: string; facts: ReleaseFacts } {
  if (build) buildApp(build, projectRoot, secrets);
  if (!existsSync(path)) {
    throw new Error(
      `webstack:app.path must be a directory with the built app, got ${path} that app.build did not make; ` +
        "set it to where the build puts the app",
    );
  }
  checkRuntime(path, runtime, architecture);
  if (!command && hasServer && !runtimeCommand(runtime)) commandOf(path);
  const facts = releaseFacts(path, runtime);
  return { ...packRelease(path, releasesFolder(projectRoot), facts), facts };
}
