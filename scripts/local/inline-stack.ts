import {
  LocalWorkspace,
  type PulumiFn,
  PulumiCommand,
  type Stack,
} from "@pulumi/pulumi/automation";
import type { Engine } from "../../offline/engine";
import type { CloudProject } from "../../rolling/cloud-api";

/** A stack whose program runs in this process. */
export interface InlineStackArgs {
  name: string;
  program: PulumiFn;
  engine: Engine;
  /** The cloud that it is on. */
  cloud: CloudProject;
  /** Folder with its `Pulumi.yaml` and its stack file. */
  workDir: string;
  /** Folder for its state. */
  backend: string;
  passphrase: string;
}

/** Selects a stack, or makes it. The cloud's endpoint and token go into this process's environment. */
export async function inlineStack(args: InlineStackArgs): Promise<Stack> {
  const { name, program, engine, cloud, workDir, backend, passphrase } = args;
  const access = { HCLOUD_ENDPOINT: cloud.endpoint, HCLOUD_TOKEN: cloud.token };
  // The program runs in this process and reads the token as the plugin does.
  Object.assign(process.env, access);
  return LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: "webstack", program },
    {
      workDir,
      pulumiHome: engine.pulumiHome,
      pulumiCommand: await PulumiCommand.get({ root: engine.cliRoot }),
      secretsProvider: "passphrase",
      envVars: {
        ...engine.env,
        PULUMI_BACKEND_URL: `file://${backend}`,
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        ...access,
      },
    },
  );
}
