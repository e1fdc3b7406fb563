import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { waitUntil } from "../../rolling/wait-until";
import type { MemoryCloud } from "../../scripts/hostless/memory-cloud";

/** Longest run of one command, milliseconds. */
const commandMs = 60_000;

/** Runs a program to its end. @throws Error with all it said, if it fails. */
export function run(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: commandMs,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (status === 0) return resolve(stdout);
      const output = `${stdout}${stderr}`.trim();
      reject(new Error(`${file} ${args.join(" ")} ended with ${status ?? signal}: ${output}`));
    });
  });
}

/** What the command's JSON has of anything. */
export interface Shown {
  id: number;
  name: string;
  labels: Record<string, string>;
  [field: string]: unknown;
}

/** The unmodified `hcloud` command, speaking to a local cloud. */
export class Hcloud {
  constructor(private readonly cloud: () => MemoryCloud) {}

  /** Runs a command, as one line without quoting; what it prints. */
  run(line: string): Promise<string> {
    const words = line.split(" ").filter((word) => word !== "");
    return run("hcloud", ["--poll-interval", "50ms", ...words], this.cloud().environment);
  }

  /** All of a kind, as the command lists them. */
  async list(kind: string, flags = ""): Promise<Shown[]> {
    return (JSON.parse(await this.run(`${kind} list -o json ${flags}`)) as Shown[] | null) ?? [];
  }

  /** One thing by name or id. */
  async describe(kind: string, name: string): Promise<Shown> {
    if (kind === "placement-group") return this.describeFromList(kind, name);
    return JSON.parse(await this.run(`${kind} describe ${name} -o json`)) as Shown;
  }

  /** For a kind that 1.30 describes as text, but fails to print as JSON. */
  private async describeFromList(kind: string, name: string): Promise<Shown> {
    const text = await this.run(`${kind} describe ${name}`);
    const [, id] = /^ID:\s+(\d+)$/m.exec(text) ?? [];
    const found = (await this.list(kind)).find((item) => item.id === Number(id));
    if (!found) throw new Error(`${kind} ${name} is described, but not listed: ${text}`);
    return found;
  }

  /** Asserts that a command fails and says why. */
  async refuses(line: string, message: RegExp): Promise<void> {
    await assert.rejects(this.run(line), message);
  }

  /** Deletes a thing and waits until it is gone: the command itself does not wait for a server. */
  async delete(kind: string, name: string): Promise<void> {
    await this.run(`${kind} delete ${name}`);
    const gone = async () => {
      await this.refuses(`${kind} describe ${name}`, /not found/);
      return true;
    };
    await waitUntil(`${kind} ${name} is gone`, gone, { timeoutSeconds: 10 });
  }
}
