import "./unused-modules";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import type { Engine } from "../../offline/engine";
import { layOutPlugin } from "../../offline/engine/compiled";
import { program } from "../../program";
import { atLocalAuthority } from "./authority-settings";
import { localCloud } from "./cloud";
import { localPaths, repositoryRoot } from "./paths";

/** Name of the stack on the local cloud; its settings are in `Pulumi.local.yaml`. */
export const localStackName = "local";

interface StackSettings {
  encryptionsalt?: string;
  config?: Record<string, unknown>;
}

function passphrase(): string {
  if (!existsSync(localPaths.passphrase)) {
    writeFileSync(localPaths.passphrase, randomBytes(24).toString("hex"), { mode: 0o600 });
  }
  return readFileSync(localPaths.passphrase, "utf8");
}

/**
 * Copies the project's settings to where the engine reads them. A copy, because the endpoint and
 * the token of the local cloud belong to this machine and not into the repository's stack file.
 */
function writeProject(): void {
  mkdirSync(localPaths.project, { recursive: true, mode: 0o700 });
  mkdirSync(localPaths.backend, { recursive: true, mode: 0o700 });
  const project = parse(readFileSync(join(repositoryRoot, "Pulumi.yaml"), "utf8"));
  for (const provider of project.plugins?.providers ?? []) {
    const folder = join(localPaths.project, "plugins", provider.name);
    layOutPlugin(folder, provider.name, join(repositoryRoot, provider.path, "main.ts"));
    provider.path = folder;
  }
  writeFileSync(join(localPaths.project, "Pulumi.yaml"), stringify(project));
  const target = join(localPaths.project, `Pulumi.${localStackName}.yaml`);
  const source = join(repositoryRoot, `Pulumi.${localStackName}.yaml`);
  const wanted = parse(readFileSync(source, "utf8")) as StackSettings;
  const kept = existsSync(target) ? (parse(readFileSync(target, "utf8")) as StackSettings) : {};
  writeFileSync(
    target,
    stringify({
      encryptionsalt: kept?.encryptionsalt,
      config: atLocalAuthority(wanted.config ?? {}),
    }),
    { mode: 0o600 },
  );
}

/** Where the engine keeps the state of the local stack, and whether a command on it is under way. */
export const localState = {
  checkpoint: join(localPaths.backend, ".pulumi", "stacks", "webstack", `${localStackName}.json`),
  locks: join(localPaths.backend, ".pulumi", "locks"),
} as const;

/** The stack on the local cloud, run by `engine` with the same program as production. */
export async function localStack(engine: Engine): Promise<Stack> {
  writeProject();
  const { endpoint, token } = localCloud();
  process.chdir(repositoryRoot);
  // The program runs in this process and reads the token as the plugin does.
  process.env.HCLOUD_TOKEN = token;
  process.env.HCLOUD_ENDPOINT = endpoint;
  return LocalWorkspace.createOrSelectStack(
    { stackName: localStackName, projectName: "webstack", program: async () => program() },
    {
      workDir: localPaths.project,
      pulumiHome: engine.pulumiHome,
      pulumiCommand: await PulumiCommand.get({ root: engine.cliRoot }),
      secretsProvider: "passphrase",
      envVars: {
        ...engine.env,
        PULUMI_BACKEND_URL: `file://${localPaths.backend}`,
        PULUMI_CONFIG_PASSPHRASE: passphrase(),
        HCLOUD_ENDPOINT: endpoint,
        HCLOUD_TOKEN: token,
      },
    },
  );
}
