import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { repositoryRoot } from "../../scripts/local/paths";
import { throwawayStack } from "../../scripts/hostless/hostless-stack";
import type { MemoryCloud } from "../../scripts/hostless/memory-cloud";

/** What a run of the engine said and planned. */
export interface Ran {
  /** Steps that change something by kind, such as `{ update: 2 }`. */
  changes: Record<string, number>;
  /** Messages, one a line. */
  output: string;
  /** Why it failed; undefined if it did not. */
  failure?: string;
}

type Start = (onEvent: (event: EngineEvent) => void) => Promise<unknown>;

/** A stack that the real engine runs on a local cloud without hosts. */
export class MemoryStack {
  private constructor(private readonly stack: Stack) {}

  /** @param program what the stack is, each time it runs. */
  static async create(cloud: MemoryCloud, program: () => void): Promise<MemoryStack> {
    const say = (line: string) => console.log(`        ${line}`);
    const providers = [{ name: "host", path: join(repositoryRoot, "provider") }];
    const project = { name: "webstack", runtime: "nodejs", plugins: { providers } };
    const { stack } = await throwawayStack(cloud, {
      ...{ name: "memory", project, program: async () => program(), say },
    });
    return new MemoryStack(stack);
  }

  preview = () => this.run((onEvent) => this.stack.preview({ onEvent, color: "never" }));
  up = (refresh = false) =>
    this.run((onEvent) => this.stack.up({ onEvent, refresh, color: "never" }));
  destroy = () => this.run((onEvent) => this.stack.destroy({ onEvent, color: "never" }));

  /** Ends the engine that is at work, with its plugins, as a loss of power would. */
  async kill(): Promise<void> {
    const engines = childrenOf(process.pid).filter(({ line }) => /bin\/pulumi up /.test(line));
    if (engines.length !== 1) throw new Error(`${engines.length} engines are at work`);
    const { pid } = engines[0]!;
    const plugins = childrenOf(pid).map((plugin) => plugin.pid);
    for (const each of [pid, ...plugins]) process.kill(each, "SIGKILL");
  }

  unlock = () => this.stack.cancel();

  /**
   * Runs it, once more if it failed by nothing but a call to the engine before it: that call's answer
   * comes late and is blamed on the program that runs then, since all of them run in this process.
   */
  private async run(start: Start): Promise<Ran> {
    const ran = await this.once(start);
    if (!/^One or more errors occurred: 14 UNAVAILABLE: [^\n]*$/.test(ran.failure ?? ""))
      return ran;
    console.log(`        once more, after a late answer of the engine before: ${ran.failure}`);
    return this.once(start);
  }

  private async once(start: Start): Promise<Ran> {
    const ran: Ran = { changes: {}, output: "" };
    const onEvent = ({ diagnosticEvent, summaryEvent }: EngineEvent) => {
      const { severity, message } = diagnosticEvent ?? {};
      // Debug messages repeat values in clear; the type does not know of them.
      if (message && (severity as string) !== "debug") ran.output += message;
      const steps = Object.entries((summaryEvent?.resourceChanges ?? {}) as Ran["changes"]);
      if (summaryEvent) ran.changes = Object.fromEntries(steps.filter(([kind]) => kind !== "same"));
    };
    try {
      await start(onEvent);
    } catch (error) {
      ran.failure = ran.output.trim() || (error as Error).message;
    }
    return ran;
  }
}

/** Processes that a process started, with their command lines. */
function childrenOf(parent: number): { pid: number; line: string }[] {
  const words = ["-o", "pid=,args=", "--ppid", String(parent)];
  let output = "";
  try {
    output = execFileSync("ps", words, { encoding: "utf8" });
  } catch {
    // It says nothing and ends with 1 if there are none.
  }
  const lines = output.split("\n").map((line) => line.trim());
  return lines.filter(Boolean).map((line) => ({ pid: Number(line.split(" ")[0]), line }));
}
