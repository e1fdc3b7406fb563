import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { commandWords } from "../config/command";
import { type Runtime, runtimeCommand } from "../config/runtime";

/** Facts about a release. The facts depend on the source alone, not on the clock or the machine. */
export interface ReleaseFacts {
  /** `version` of `package.json`: letters, digits and .+_- only, at most 64 characters. @default not known */
  version?: string;
  /** Last commit that changed the source, 40 or 64 hexadecimal digits. @default not known */
  commit?: string;
  /** Time of that commit in UTC, such as `2026-03-01T12:00:00Z`. @default not known */
  time?: string;
  /** True if the source has uncommitted changes. @default none */
  dirty?: true;
  /** Words of the app's own command for a process. @default the app names none */
  command?: string[];
  /** Runtime. @default the Node.js of the distribution */
  runtime?: Runtime;
}

/** File at the root of a release with its facts as one line of JSON. */
export const factsFile = ".webstack-release.json";

/** Default command of an app. */
export const plainCommand: readonly string[] = ["node", "server.js"];

/** Longest time of a call of git, milliseconds. */
const gitMs = 20_000;
/** Excludes stack files, which a deploy writes and which are not source of the app, even beside it. */
const noStackFiles = ":(top,exclude,glob)**/Pulumi.*.yaml";

/** Start command of an app, as named by the app itself. */
export interface Start {
  /** Words of the command. @default no command that runs without a shell */
  command?: string[];
  /** The start script of `package.json`, if it needs a shell. @default no such script */
  script?: string;
}

/**
 * Start command of an app: the start script of its `package.json`, else `node server.js`.
 *
 * @param packageJson text of the file; undefined without the file.
 * @throws Error if the text is not JSON.
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

/** The facts about the built app in a directory, without those that cannot be determined. */
export function releaseFacts(directory: string, runtime: Runtime = {}): ReleaseFacts {
  const { version } = parsed(packageJsonIn(directory));
  const command = runtimeCommand(runtime) ?? startIn(directory).command;
  return {
    ...(typeof version === "string" && /^[\w.+-]{1,64}$/.test(version) ? { version } : {}),
    ...origin(directory),
    ...(command ? { command } : {}),
    // The runtime is part of the release: a rollback to an earlier release also returns to the earlier runtime.
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

/** Output of git; undefined if empty, without git, outside of a checkout, or without a commit. */
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
 * The commit of the app in a directory: the last one that changed anything in the directory. Git ignores
 * a build's output; the source is then the nearest directory above it that git does not ignore.
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

/** The nearest directory, from `directory` up to `top`, that the last commit contains. */
function sourceOf(directory: string, top: string): string | undefined {
  for (let here = directory; ; here = dirname(here)) {
    if (git(here, "rev-parse", "--verify", "--quiet", "HEAD:./")) return here;
    if (here === top || here === dirname(here)) return undefined;
  }
}
