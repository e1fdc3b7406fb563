import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildCli, cacheDirectory, cliVersion } from "./engine/build";
import { chooseEngine, officialCli, type EngineKind } from "./engine/choice";
import { layOutHome } from "./engine/home";
import { pluginVersions, sdkVersion } from "./engine/versions";

/** A Pulumi command line with plugins, ready for the Automation API. */
export interface Engine {
  /** `official`: the CLI on the search path; `offline`: built here, with stand-in plugins. */
  kind: EngineKind;
  /** Folder with `bin/pulumi`, for `PulumiCommand.get({ root })`; absent = the search path. */
  cliRoot?: string;
  /** Version of the CLI, such as `v3.257.0`, where it is known without a call of it. */
  version?: string;
  /** Folder for `PULUMI_HOME`. */
  pulumiHome: string;
  /** Variables for every command of this engine. */
  env: Record<string, string>;
  /** What was chosen and why, in one line. */
  description: string;
}

/** How {@link ensureEngine} tells what it does. */
export interface EnsureEngineOptions {
  /** Receives one line at a time. */
  progress: (line: string) => void;
}

const repositoryRoot = resolve(__dirname, "..");

/** No look-ups in the network, no questions, nothing from other installations. */
const quietEnv = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_NON_INTERACTIVE: "true",
} as const;

/**
 * The engine to use: the official CLI where it can load the official plugins, otherwise the CLI
 * built from Go modules (once, then cached) with the stand-ins of this folder. The variable
 * `WEBSTACK_ENGINE` (`official` or `offline`) forces the choice.
 *
 * @throws Error if the forced engine is not usable, or Go is needed and missing or too old.
 */
export async function ensureEngine({ progress }: EnsureEngineOptions): Promise<Engine> {
  const versions = pluginVersions(repositoryRoot);
  const least = sdkVersion(repositoryRoot);
  const official = await officialCli(versions, least, process.env);
  const choice = chooseEngine(process.env.WEBSTACK_ENGINE, official, least);
  progress(choice.line);
  if (choice.kind === "official") {
    return {
      kind: "official",
      cliRoot: official.root,
      pulumiHome: official.home,
      env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
      description: choice.line,
    };
  }
  const cliRoot = await buildCli({ cache: cacheDirectory(process.env), progress });
  return {
    kind: "offline",
    cliRoot,
    version: cliVersion(readFileSync(join(__dirname, "engine", "go.mod"), "utf8")),
    pulumiHome: layOutHome(join(repositoryRoot, ".webstack", "pulumi-home"), versions),
    // Without ambient plugins the engine finds the stand-ins and nothing beside them.
    env: { ...quietEnv, PULUMI_IGNORE_AMBIENT_PLUGINS: "true" },
    description: choice.line,
  };
}
