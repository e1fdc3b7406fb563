import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isSecret, log, output, runtime } from "@pulumi/pulumi";
import {
  LocalWorkspace,
  type OutputMap,
  PulumiCommand,
  type PulumiFn,
  Stack,
} from "@pulumi/pulumi/automation";
import type { Engine } from "../../offline/engine";
import type { CloudProject } from "../../rolling/cloud-api";
import { projectName } from "./paths";

/** Runs the program of a checkout in this process, with the packages of this checkout. */
export async function programIn(root: string): Promise<Record<string, unknown>> {
  process.chdir(root);
  const { program } = (await import(join(root, "program.ts"))) as { program: () => object };
  return program() as Record<string, unknown>;
}

/** A stack whose program runs in this process. */
export interface InlineStackArgs {
  name: string;
  program: PulumiFn;
  engine: Engine;
  /** The cloud of the stack. */
  cloud: CloudProject;
  /** Folder with its `Pulumi.yaml` and its stack file. */
  workDir: string;
  /** Folder for its state. */
  backend: string;
  passphrase: string;
}

/**
 * Selects a stack, or creates it. The cloud's endpoint and token go into this process's environment. The result of its
 * `up` has the outputs of the program and no summary, which the events have. Without that, each `up` would start the
 * engine three more times, 0.2 s each.
 */
export async function inlineStack(args: InlineStackArgs): Promise<Stack> {
  const { name, program, engine, cloud, workDir, backend, passphrase } = args;
  const access = { HCLOUD_ENDPOINT: cloud.endpoint, HCLOUD_TOKEN: cloud.token };
  // The program runs in this process and reads the token as the plugin does.
  Object.assign(process.env, access);
  // The SDK would send five debug messages for each resource, each a call of the engine with an event; no command shows
  // them.
  Object.assign(log, { debug: async () => undefined });
  const outputs = new ProgramOutputs();
  const workspace = await LocalWorkspace.create({
    ...{ workDir, program: outputs.of(program), secretsProvider: "passphrase" },
    pulumiHome: engine.pulumiHome,
    pulumiCommand: await commandOf(engine),
    envVars: {
      ...engine.env,
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      ...access,
    },
  });
  // Each command names its stack, so an existing stack need not be selected.
  const exists = existsSync(checkpointFile(backend, name));
  if (exists) workspace.selectStack = async () => undefined;
  const stack = await Stack.createOrSelect(name, workspace);
  const readOutputs = stack.outputs.bind(stack);
  stack.outputs = async () => outputs.take() ?? readOutputs();
  stack.info = async () => undefined;
  return stack;
}

/**
 * The engine's command. The SDK's own constructor would query the version each time, which is known of an engine built
 * here.
 */
async function commandOf({ cliRoot, version }: Engine): Promise<PulumiCommand> {
  if (cliRoot === undefined || version === undefined) return PulumiCommand.get({ root: cliRoot });
  const ofSdk = createRequire(createRequire(__filename).resolve("@pulumi/pulumi"));
  const { parse } = ofSdk("semver") as { parse: (text: string) => unknown };
  const parts = [join(cliRoot, "bin", "pulumi"), parse(version)];
  return Reflect.construct(PulumiCommand, parts) as PulumiCommand;
}

/** Where the engine keeps the state of a stack below a folder for state. */
export function checkpointFile(backend: string, name: string): string {
  return join(backend, ".pulumi", "stacks", projectName(), `${name}.json`);
}

/** The outputs of a program that runs in this process, as its last `up` made them. */
export class ProgramOutputs {
  private made: OutputMap | undefined;

  /** The same program, which keeps its outputs; those of a preview are not kept, since some are unknown. */
  of(program: PulumiFn): PulumiFn {
    return async () => {
      this.made = undefined;
      const outputs = ((await program()) ?? undefined) as Record<string, unknown> | undefined;
      // Not awaited: the program ends before its resources exist.
      if (outputs && !runtime.isDryRun()) this.keep(outputs);
      return outputs;
    };
  }

  /** The outputs of the last `up`, returned once; undefined if there was no `up`, or if not all outputs are known. */
  take(): OutputMap | undefined {
    const { made } = this;
    this.made = undefined;
    return made;
  }

  private keep(outputs: Record<string, unknown>): void {
    output(outputs).apply(async (values) => {
      // As JSON, like the engine's answer: without undefined values.
      const plain = JSON.parse(JSON.stringify(values)) as Record<string, unknown>;
      const entries = Object.entries(plain).map(async ([key, value]) => {
        return [key, { value, secret: await isSecret(output(outputs[key])) }] as const;
      });
      this.made = Object.fromEntries(await Promise.all(entries));
    });
  }
}
