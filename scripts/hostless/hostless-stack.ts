import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent, PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { ensureEngine } from "../../offline/engine";
import { layOutPlugin } from "../../offline/engine/home";
import { inlineStack, programIn } from "../local/inline-stack";
import { repositoryRoot } from "../local/paths";
import type { MemoryCloud } from "./memory-cloud";

/** Settings of a stack file below `config:`. */
export type Config = Record<string, unknown>;

/** Encrypted settings by path, such as `webstack:app.secretEnv.KEY`. */
export type Secrets = Record<string, string>;

/** Arguments of {@link HostlessStack}. */
export interface HostlessOptions {
  /** Name of the stack. */
  name: string;
  /** Receives progress lines. */
  say: (line: string) => void;
}

/** The whole program on a cloud without hosts, run by the real engine; every configuration of a host counts as applied. */
export class HostlessStack {
  private root = repositoryRoot;

  private constructor(
    private readonly stack: Stack,
    private readonly file: string,
  ) {}

  /** Creates an empty stack on a running cloud. The endpoint and token go into this process's environment. */
  static async create(cloud: MemoryCloud, { name, say }: HostlessOptions): Promise<HostlessStack> {
    const plugin = join(repositoryRoot, ".webstack", "recorded-host");
    layOutPlugin(plugin, "host", join(__dirname, "hostless-provider.ts"));
    const file = parse(readFileSync(join(repositoryRoot, "Pulumi.yaml"), "utf8")) as object;
    const project = { ...file, plugins: { providers: [{ name: "host", path: plugin }] } };
    const own: { made?: HostlessStack } = {};
    const program = () => own.made!.run();
    const { stack, workDir } = await throwawayStack(cloud, { name, project, program, say });
    own.made = new HostlessStack(stack, join(workDir, `Pulumi.${name}.yaml`));
    return own.made;
  }

  /** Switches to the program of another checkout, with the packages of this one. */
  use(root: string): void {
    this.root = root;
  }

  /** Runs `up` with these settings. @throws Error with the engine's message. */
  async up(config: Config, secrets: Secrets = {}): Promise<void> {
    await this.configure(config, secrets);
    await this.stack.up({ color: "never", suppressProgress: true });
  }

  /**
   * Events of a preview of these settings, with a refresh first if `refresh`. A refused preview has events too;
   * `refused` gets the engine's message.
   */
  async preview(
    config: Config,
    { refresh = false, secrets = {} }: { refresh?: boolean; secrets?: Secrets } = {},
    refused: (error: Error) => void = () => undefined,
  ): Promise<EngineEvent[]> {
    await this.configure(config, secrets);
    const events: EngineEvent[] = [];
    const onEvent = (event: EngineEvent) => void events.push(event);
    await this.stack
      .preview({ color: "never", suppressProgress: true, refresh, onEvent })
      .catch(refused);
    return events;
  }

  /** Makes every later refresh find an edited file of `node`. */
  editByHand(node: string): void {
    const { workspace } = this.stack;
    workspace.envVars = { ...workspace.envVars, RECORDED_HAND_EDIT: node };
  }

  /** The stack's state, as the engine exports it. */
  async state(): Promise<object> {
    return (await this.stack.exportStack()) as object;
  }

  /** Environment and directory of the `pulumi` command that works on this stack. */
  get place(): { cwd: string; env: Record<string, string> } {
    const { envVars, pulumiHome = "", workDir: cwd } = this.stack.workspace;
    return { cwd, env: { ...envVars, PULUMI_HOME: pulumiHome } };
  }

  /** Removes the lock that a killed engine left. */
  async unlock(): Promise<void> {
    await this.stack.cancel();
  }

  private async run(): Promise<Record<string, unknown>> {
    return programIn(this.root);
  }

  private async configure(config: Config, secrets: Secrets): Promise<void> {
    const kept = parse(readFileSync(this.file, "utf8")) as { encryptionsalt?: string };
    rmSync(this.file);
    writeFileSync(this.file, stringify({ encryptionsalt: kept.encryptionsalt, config }));
    const hidden = Object.entries(secrets).map(([path, value]) => [path, { value, secret: true }]);
    if (hidden.length === 0) return;
    await this.stack.setAllConfig(
      Object.fromEntries(hidden) as Record<string, { value: string; secret: true }>,
      true,
    );
  }
}

/** A stack on a cloud without hosts. */
export interface ThrowawayStackArgs {
  /** Also its passphrase: the stack is a throw-away one. */
  name: string;
  /** Content of `Pulumi.yaml`. */
  project: object;
  program: PulumiFn;
  /** Receives lines about the preparation of the engine. */
  say: (line: string) => void;
}

/** Creates a stack for the real engine on a local cloud without hosts; its state is in the cloud's folder. */
export async function throwawayStack(
  cloud: MemoryCloud,
  { name, project, program, say }: ThrowawayStackArgs,
): Promise<{ stack: Stack; workDir: string }> {
  const engine = await ensureEngine({ progress: say });
  const [workDir, backend] = [join(cloud.folder, "project"), join(cloud.folder, "backend")];
  for (const folder of [workDir, backend]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(workDir, "Pulumi.yaml"), stringify(project));
  const place = { cloud: cloud.access, workDir, backend };
  const stack = await inlineStack({ name, program, engine, ...place, passphrase: name });
  return { stack, workDir };
}
