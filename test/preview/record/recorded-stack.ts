import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { layOutPlugin } from "../../../offline/engine/compiled";
import { program } from "../../../program";
import { repositoryRoot } from "../../../scripts/local/paths";
import { inlineStack } from "../../e2e/inline-stack";
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
    const plugin = join(repositoryRoot, ".webstack", "recorded-host");
    layOutPlugin(plugin, "host", join(__dirname, "hostless-provider.ts"));
    const file = parse(readFileSync(join(repositoryRoot, "Pulumi.yaml"), "utf8")) as object;
    const project = { ...file, plugins: { providers: [{ name: "host", path: plugin }] } };
    process.chdir(repositoryRoot);
    const { stack, workDir } = await inlineStack(cloud, {
      ...{ name: "recorded", project, program: async () => program() },
      say: (line) => console.log(line),
    });
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
