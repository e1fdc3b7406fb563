import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { isAtLeast, type PluginVersions } from "./versions";

const run = promisify(execFile);

/** Longest wait for one plugin to be downloaded by the official CLI. */
const installTimeoutMs = 120_000;

/** `official`: the CLI on the search path; `offline`: built here, with stand-in plugins. */
export type EngineKind = "official" | "offline";

/** What is known about the official CLI on this machine. */
export interface OfficialCli {
  /** Version such as `v3.257.0`; absent = no `pulumi` on the search path. */
  version?: string;
  /** Folder whose `bin/pulumi` it is; absent = it lies elsewhere and is found by search path. */
  root?: string;
  /** Its home, where plugins are. */
  home: string;
  /** Plugins that it neither has nor could download, such as `hcloud 1.41.0`. */
  missing: string[];
}

/** The choice, and the line that tells it. */
export interface Choice {
  kind: EngineKind;
  line: string;
}

/**
 * Which engine to use: the forced one, else the official one if it is complete.
 *
 * @param least oldest version of the CLI that runs the project, such as `3.257.0`: an older one refuses
 * `requiredPulumiVersion` of `Pulumi.yaml` in the middle of a command.
 * @throws Error if `forced` is neither engine, or is `official` and that is not complete.
 */
export function chooseEngine(
  forced: string | undefined,
  official: OfficialCli,
  least: string,
): Choice {
  const lack = lackOf(official, least);
  if (forced === "offline") {
    return offline("WEBSTACK_ENGINE=offline");
  }
  if (forced === "official" && lack) {
    throw new Error(
      `WEBSTACK_ENGINE must name a usable engine, got "official", but ${lack}; install it or leave the variable out`,
    );
  }
  if (forced !== undefined && forced !== "" && forced !== "official") {
    throw new Error(`WEBSTACK_ENGINE must be official or offline, got ${JSON.stringify(forced)}`);
  }
  if (lack) return offline(lack);
  return {
    kind: "official",
    line: `engine: official pulumi ${official.version} with its plugins`,
  };
}

function lackOf({ version, missing }: OfficialCli, least: string): string | undefined {
  if (version === undefined) return "no pulumi on the search path";
  if (!isAtLeast(version, least)) {
    return `the pulumi on the search path is ${version}, and the project takes ${least} or newer`;
  }
  if (missing.length > 0) {
    return `the official plugins ${missing.join(", ")} are not here and cannot be downloaded`;
  }
  return undefined;
}

function offline(reason: string): Choice {
  return {
    kind: "offline",
    line: `engine: pulumi built from Go modules, with stand-in plugins (${reason})`,
  };
}

/** Looks at the official CLI: version, home, and plugins, which one that is new enough is asked to download. */
export async function officialCli(
  versions: PluginVersions,
  least: string,
  env: NodeJS.ProcessEnv,
): Promise<OfficialCli> {
  const home = env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const command = env.WEBSTACK_ENGINE === "offline" ? undefined : findOnPath("pulumi", env.PATH);
  if (command === undefined) return { home, missing: [] };
  const version = await run(command, ["version"], { timeout: 20_000 })
    .then(({ stdout }) => stdout.trim())
    .catch(() => undefined);
  if (version === undefined) return { home, missing: [] };
  if (!isAtLeast(version, least)) return { version, home, missing: [] };
  const missing: string[] = [];
  for (const [name, wanted] of Object.entries(versions)) {
    if (existsSync(join(home, "plugins", `resource-${name}-v${wanted}`))) continue;
    const args = ["plugin", "install", "resource", name, wanted];
    await run(command, args, { timeout: installTimeoutMs }).catch(() =>
      missing.push(`${name} ${wanted}`),
    );
    // If one plugin cannot be downloaded, the others cannot either.
    if (missing.length > 0) break;
  }
  return { version, root: rootOf(command), home, missing };
}

/** First executable `command` in the folders of `path`. */
export function findOnPath(command: string, path = ""): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, command))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function rootOf(command: string): string | undefined {
  const folder = dirname(realpathSync(command));
  return basename(folder) === "bin" ? dirname(folder) : undefined;
}
