import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { buildEngine, engineDigest } from "./build-engine";
import { layOutPlugins } from "./plugins";

/** What runs the program: the command-line program of Pulumi, where it finds plugins, its settings. */
export interface Engine {
  /** Folder that holds `bin/pulumi`. */
  cliRoot: string;
  /** `PULUMI_HOME`. */
  pulumiHome: string;
  /** Further environment. */
  env: Record<string, string>;
  /** One line that says which engine it is. */
  description: string;
}

/** Settings that keep the engine from asking anybody anything. */
const quiet = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_SKIP_CONFIRMATIONS: "true",
  PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
};

/** Where the built engine and the private `PULUMI_HOME` are kept. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "webstack", "engine");
}

/** The official program on the search path, with its hcloud plugin; undefined if one is missing. */
function officialEngine(): Engine | undefined {
  try {
    const path = execFileSync("sh", ["-c", "command -v pulumi"], { encoding: "utf8" }).trim();
    const home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
    const plugins = execFileSync(path, ["plugin", "ls", "--json"], { encoding: "utf8" });
    const has = (name: string) => plugins.includes(`"${name}"`);
    if (!["hcloud", "random", "tls"].every(has)) return undefined;
    return {
      cliRoot: join(path, "..", ".."),
      pulumiHome: home,
      env: quiet,
      description: `engine: official (${path})`,
    };
  } catch {
    return undefined;
  }
}

/**
 * Chooses the engine: the official one where it is installed with its plugins, else one built from
 * Go modules, once, with stand-ins for the plugins. `WEBSTACK_ENGINE` forces `official` or `offline`.
 *
 * @throws Error if the forced engine is not there, or the build fails.
 */
export async function ensureEngine({
  progress,
}: {
  progress: (line: string) => void;
}): Promise<Engine> {
  const forced = process.env.WEBSTACK_ENGINE;
  if (forced !== undefined && forced !== "official" && forced !== "offline") {
    throw new Error(`WEBSTACK_ENGINE must be official or offline, got ${JSON.stringify(forced)}`);
  }
  const official = forced === "offline" ? undefined : officialEngine();
  if (forced === "official" && !official) {
    throw new Error(
      "WEBSTACK_ENGINE=official, but there is no pulumi on the path with the plugins hcloud, random and tls",
    );
  }
  const engine = official ?? (await offlineEngine(progress));
  progress(engine.description);
  return engine;
}

async function offlineEngine(progress: (line: string) => void): Promise<Engine> {
  const folder = join(cacheFolder(), engineDigest());
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, "bin", "pulumi"))) await buildEngine(folder, progress);
  const pulumiHome = join(folder, "home");
  layOutPlugins(pulumiHome);
  return {
    cliRoot: folder,
    pulumiHome,
    env: { ...quiet, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" },
    description:
      "engine: built from Go modules, with stand-ins for the hcloud, random and tls plugins",
  };
}
