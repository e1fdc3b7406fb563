import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  PulumiCommand,
  type Stack,
} from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { ensureEngine } from "../../../offline/engine";
import { layOutPlugin } from "../../../offline/engine/compiled";
import { program } from "../../../program";
import { repositoryRoot } from "../../../scripts/local/paths";
import type { MemoryCloud } from "../../e2e/memory-cloud";

/** Settings of a stack file below `config:`. */
export type Config = Record<string, unknown>;

/** The whole program on a cloud without hosts, run by the real engine. */
export class RecordedStack {
  private constructor(
    private readonly stack: Stack,
    private readonly file: string,
  ) {}

  static async create(cloud: MemoryCloud): Promise<RecordedStack> {
    const engine = await ensureEngine({ progress: (line) => console.log(line) });
    const plugin = join(repositoryRoot, ".webstack", "recorded-host");
    layOutPlugin(plugin, "host", join(__dirname, "hostless-provider.ts"));
    const [workDir, backend] = [join(cloud.folder, "project"), join(cloud.folder, "backend")];
    for (const folder of [workDir, backend]) mkdirSync(folder, { recursive: true });
    const project = parse(readFileSync(join(repositoryRoot, "Pulumi.yaml"), "utf8")) as object;
    const plugins = { providers: [{ name: "host", path: plugin }] };
    writeFileSync(join(workDir, "Pulumi.yaml"), stringify({ ...project, plugins }));
    const { HCLOUD_ENDPOINT = "", HCLOUD_TOKEN = "" } = cloud.environment;
    // The program runs in this process and reads the token as the plugin does.
    Object.assign(process.env, { HCLOUD_ENDPOINT, HCLOUD_TOKEN });
    process.chdir(repositoryRoot);
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "recorded", projectName: "webstack", program: async () => program() },
      {
        workDir,
        pulumiHome: engine.pulumiHome,
        pulumiCommand: await PulumiCommand.get({ root: engine.cliRoot }),
        secretsProvider: "passphrase",
        envVars: {
          ...engine.env,
          PULUMI_BACKEND_URL: `file://${backend}`,
          PULUMI_CONFIG_PASSPHRASE: "recorded",
          ...{ HCLOUD_ENDPOINT, HCLOUD_TOKEN },
        },
      },
    );
    return new RecordedStack(stack, join(workDir, "Pulumi.recorded.yaml"));
  }

  /** Makes what these settings describe. */
  async up(config: Config): Promise<void> {
    this.configure(config);
    await this.stack.up({ color: "never", suppressProgress: true });
  }

  /** Events of the preview of these settings, after a look at what is there if `refresh`; one that is refused has them too. */
  async preview(config: Config, refresh = false): Promise<EngineEvent[]> {
    this.configure(config);
    const events: EngineEvent[] = [];
    const onEvent = (event: EngineEvent) => void events.push(event);
    await this.stack
      .preview({ color: "never", suppressProgress: true, refresh, onEvent })
      .catch((error: Error) => console.log(error.message.slice(-1500)));
    return events;
  }

  /** From now on a refresh finds that somebody has edited a file of `node`. */
  editByHand(node: string): void {
    const { workspace } = this.stack;
    workspace.envVars = { ...workspace.envVars, RECORDED_HAND_EDIT: node };
  }

  private configure(config: Config): void {
    const kept = parse(readFileSync(this.file, "utf8")) as { encryptionsalt?: string };
    rmSync(this.file);
    writeFileSync(this.file, stringify({ encryptionsalt: kept.encryptionsalt, config }));
  }
}
