import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { commandWords } from "../config/command";
import { type Runtime, runtimeCommand } from "../config/runtime";

/** What a release says of itself. Same source, same facts: no clock, nothing of the machine. */
export interface ReleaseFacts {
  /** `version` of its `package.json`: letters, digits and .+_- only, at most 64. @default not known */
  version?: string;
  /** Last commit that changed its source, 40 or 64 hexadecimal digits. @default not known */
  commit?: string;
  /** Time of that commit in UTC, such as `2026-03-01T12:00:00Z`. @default not known */
  time?: string;
  /** True if the source has changes that are not in the commit. @default all of it is committed */
  dirty?: true;
  /** Words of the command that runs a process, as the app says itself. @default it says none */
  command?: string[];
  /** What runs it. @default the Node.js of the distribution */
  runtime?: Runtime;
}

/** File at the root of a release that holds its facts as JSON in one line. */
export const factsFile = ".webstack-release.json";

/** What runs an app that says nothing else. */
export const plainCommand: readonly string[] = ["node", "server.js"];

/** Longest time of a call of git, milliseconds. */
const gitMs = 20_000;
/** Settings of stacks are no source of the app, also where they lie beside it; a deploy writes them. */
const noStackFiles = ":(top,exclude,glob)**/Pulumi.*.yaml";

/** How an app is started, as far as it says so. */
export interface Start {
  /** Words of the command. @default none that can be run without a shell */
  command?: string[];
  /** The start script of `package.json`, if it needs a shell. @default it needs none */
  script?: string;
}

/**
 * How an app is started: by the start script of its `package.json`, else with `node server.js`.
 *
 * @param packageJson text of the file; undefined: there is none.
 * @throws Error if that is no JSON.
 */
export function startOf(packageJson: string | undefined, hasServer: boolean): Start {
  const { scripts } = parsed(packageJson);
  if (typeof scripts?.start === "string") {
    const command = commandWords(scripts.start);
    return command ? { command } : { script: scripts.start };
  }
  return hasServer ? { command: [...plainCommand] } : {};
}

/** {@link startOf} of the built app in a directory. */
export function startIn(directory: string): Start {
  return startOf(packageJsonIn(directory), existsSync(join(directory, "server.js")));
}

/** The facts of the built app in a directory. What cannot be found out is left out. */
export function releaseFacts(directory: string, runtime: Runtime = {}): ReleaseFacts {
  const { version } = parsed(packageJsonIn(directory));
  const command = runtimeCommand(runtime) ?? startIn(directory).command;
  return {
    ...(typeof version === "string" && /^[\w.+-]{1,64}$/.test(version) ? { version } : {}),
    ...origin(directory),
    ...(command ? { command } : {}),
    // Part of the release: one that is gone back to has its own, and its name is another one.
    ...(Object.keys(runtime).length > 0 ? { runtime } : {}),
  };
}

function packageJsonIn(directory: string): string | undefined {
  const path = join(directory, "package.json");
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function parsed(packageJson = "{}"): { version?: unknown; scripts?: { start?: unknown } } {
  try {
    return JSON.parse(packageJson) as object;
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`package.json of the app must be JSON: ${message}; mend it`, { cause: error });
  }
}

/** What git says, or undefined if it says nothing: no git, no checkout, no commit. */
function git(directory: string, ...words: string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", directory, ...words], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: gitMs,
      maxBuffer: 1 << 26,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: "0" },
    }).trim();
  } catch {
    return undefined;
  }
}

/**
 * The commit that the app in a directory is made from: the last one that changed anything in it. A
 * build's output is ignored by git; its source is then the nearest directory above it that is not.
 */
function origin(directory: string): ReleaseFacts {
  const top = git(directory, "rev-parse", "--show-toplevel");
  const source = top && sourceOf(realpathSync(directory), realpathSync(top));
  if (!source) return {};
  const output = relative(source, realpathSync(directory));
  const ownPaths = [".", noStackFiles, ...(output ? [`:(exclude,literal)${output}`] : [])];
  const [commit, seconds] = git(source, "log", "-1", "--format=%H %ct", "--", ...ownPaths)?.split(
    " ",
  ) ?? [""];
  if (!commit) return {};
  const changes = git(source, "status", "--porcelain", "--", ...ownPaths);
  const time = new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z");
  return { commit, time, ...(changes ? { dirty: true as const } : {}) };
}

/** The nearest directory, from `directory` up to `top`, that the last commit has. */
function sourceOf(directory: string, top: string): string | undefined {
  for (let here = directory; ; here = dirname(here)) {
    if (git(here, "rev-parse", "--verify", "--quiet", "HEAD:./")) return here;
    if (here === top || here === dirname(here)) return undefined;
  }
}
