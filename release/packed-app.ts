import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { commandText, missingProgram } from "../config/command";
import { type Architecture, type Runtime, runtimeCommand } from "../config/runtime";
import { type ReleaseFacts, releaseFacts, startIn } from "./facts";
import { checkOwnDirectory } from "./entries";
import { packRelease, pruneReleases } from "./pack";
import { checkRuntime } from "./runtime-check";

/**
 * The own command of a built app: the start script of its `package.json`, else
 * `node server.js`.
 *
 * @throws Error if the script needs a shell, if its program is a package manager, or if the app has neither.
 */
export function commandOf(directory: string): string[] {
  const { command, script } = startIn(directory);
  const isPresent = (program: string) =>
    existsSync(join(directory, "node_modules", ".bin", program));
  const missing = command && missingProgram(command, isPresent);
  if (missing !== undefined) {
    throw new Error(
      "webstack:app.command must be set when the start script of package.json runs a package manager, " +
        `got ${JSON.stringify(commandText(command!))} in ${directory}: ${missing}`,
    );
  }
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
 * @throws Error if the directory contains the project, if the build fails or fills another directory, if no command for the app is known, or if hosts could
 * not run the app with it.
 */
export function packApp(
  { build, command, runtime, hasServer }: PackedApp,
  path: string,
  { projectRoot, secrets, architecture }: Packing,
): { digest: string; archive: string; facts: ReleaseFacts } {
  checkOwnDirectory(path, projectRoot);
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
  const folder = releasesFolder(projectRoot);
  const release = packRelease(path, folder, facts);
  pruneReleases(folder, projectRoot, Date.now());
  return { ...release, facts };
}

/** Longest time of a build, milliseconds. */
const buildMs = 30 * 60_000;
/** Number of shown lines of a failed build's output. */
const shownLines = 25;
/** Length of the shortest text that counts as a secret; shorter texts would redact ordinary words. */
const leastSecret = 6;
/** Variables that a build must not see: the engine's, with the stack's secrets in clear, and the cloud's token. */
const notForBuilds = /^(PULUMI_|HCLOUD_TOKEN$)/;

/**
 * Runs the build of an app in `directory`, without a shell.
 *
 * @param secrets texts that the error message must not contain, neither whole nor a line of them.
 * @throws Error with the end of the build's output if the build fails or takes longer than 30 minutes.
 */
export function buildApp(
  [program = "", ...args]: readonly string[],
  directory: string,
  secrets: readonly string[] = [],
): void {
  try {
    execFileSync(program, args, {
      cwd: directory,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: buildMs,
      maxBuffer: 1 << 28,
      env: buildVariables(process.env),
    });
  } catch (error) {
    const { message, stdout = "", stderr = "" } = error as Error & Record<string, string>;
    const output = `${stdout}${stderr}`.trim().split("\n").slice(-shownLines).join("\n");
    const [reason] = message.split("\n");
    const text =
      `webstack:app.build must succeed, got ${JSON.stringify([program, ...args].join(" "))} in ${directory}: ` +
      `${reason}; mend the build, or remove the setting and build by hand\n${output}`;
    // eslint-disable-next-line preserve-caught-error -- the cause contains the output with secrets
    throw new Error(without(secrets, text));
  }
}

/** Variables and folders of the search path that `npm run` sets for this project's scripts, not for the app's build. */
const ofNpm = {
  variable: /^(npm_|INIT_CWD$|NODE$)/,
  folder: /(\/node_modules\/\.bin|\/node-gyp-bin)$/,
};

/**
 * The variables of a build: those of this process without secrets, and without what `npm run` adds. The project's own
 * Node.js would otherwise take the place of the machine's, and packages with native parts would be built for it, but only
 * under `npm run` and not under `pulumi up`.
 */
export function buildVariables(all: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const variables = Object.entries(all).filter(
    ([name]) => !notForBuilds.test(name) && !ofNpm.variable.test(name),
  );
  const path = all.PATH?.split(delimiter).filter((folder) => !ofNpm.folder.test(folder));
  return { ...Object.fromEntries(variables), ...(path ? { PATH: path.join(delimiter) } : {}) };
}

function without(secrets: readonly string[], text: string): string {
  const hidden = secrets
    .flatMap((secret) => [secret, ...secret.split("\n"), encodeURIComponent(secret)])
    .map((secret) => secret.trim())
    .filter((secret) => secret.length >= leastSecret)
    .sort((a, b) => b.length - a.length);
  return hidden.reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);
}
