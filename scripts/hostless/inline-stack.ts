import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  LocalWorkspace,
  type PulumiFn,
  PulumiCommand,
  type Stack,
} from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { ensureEngine } from "../../offline/engine";
import type { MemoryCloud } from "./memory-cloud";

/** A stack whose program runs in this process. */
export interface InlineStackArgs {
  /** Also its passphrase: it is thrown away. */
  name: string;
  /** Content of `Pulumi.yaml`. */
  project: object;
  program: PulumiFn;
  /** Says what is done about the engine, a line each. */
  say: (line: string) => void;
}

/** Makes a stack for the real engine on a local cloud without hosts; its state lies in the cloud's folder. */
export async function inlineStack(
  cloud: MemoryCloud,
  { name, project, program, say }: InlineStackArgs,
): Promise<{ stack: Stack; workDir: string }> {
  const engine = await ensureEngine({ progress: say });
  const [workDir, backend] = [join(cloud.folder, "project"), join(cloud.folder, "backend")];
  for (const folder of [workDir, backend]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(workDir, "Pulumi.yaml"), stringify(project));
  const { HCLOUD_ENDPOINT = "", HCLOUD_TOKEN = "" } = cloud.environment;
  // The program runs in this process and reads the token as the plugin does.
  Object.assign(process.env, { HCLOUD_ENDPOINT, HCLOUD_TOKEN });
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: "webstack", program },
    {
      workDir,
      pulumiHome: engine.pulumiHome,
      pulumiCommand: await PulumiCommand.get({ root: engine.cliRoot }),
      secretsProvider: "passphrase",
      envVars: {
        ...engine.env,
        PULUMI_BACKEND_URL: `file://${backend}`,
        PULUMI_CONFIG_PASSPHRASE: name,
        ...{ HCLOUD_ENDPOINT, HCLOUD_TOKEN },
      },
    },
  );
  return { stack, workDir };
}
