import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { scratch } from "./support/scratch";
import { tokens } from "./support/test-cloud";

const main = join(__dirname, "..", "main.ts");

function run(args: string[]): ChildProcess {
  const program = ["--import", require.resolve("tsx"), main, ...args];
  const child = spawn(process.execPath, program, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function serve(folder: string): Promise<{ child: ChildProcess; endpoint: string }> {
  writeFileSync(join(folder, "tokens"), `${tokens[0]}\n`);
  const files = ["--state", join(folder, "state"), "--tokens", join(folder, "tokens")];
  const child = run(["serve", ...files, "--port", "0", "--driver", "memory"]);
  for await (const line of createInterface(child.stdout!)) {
    const [, endpoint] = /^listening on (http:\S+)$/.exec(line) ?? [];
    if (endpoint) return { child, endpoint };
  }
  throw new Error("the local cloud ended without listening");
}

async function call<T>(url: string, init: RequestInit = {}): Promise<T> {
  const headers = { authorization: `Bearer ${tokens[0]}` };
  return (await (await fetch(url, { ...init, headers })).json()) as T;
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await once(child, "close");
}

describe("serve", () => {
  it("knows its servers after it was killed", async () => {
    const folder = scratch();
    const first = await serve(folder);
    const body = JSON.stringify({ name: "web", server_type: "cx23", image: "debian-13" });
    type One = { server: { id: number } };
    const { server } = await call<One>(`${first.endpoint}/servers`, { method: "POST", body });
    await ended(first.child, "SIGKILL");
    const second = await serve(folder);
    const { servers } = await call<{ servers: object[] }>(`${second.endpoint}/servers`);
    expect(servers).toMatchObject([{ id: server.id, name: "web" }]);
    await ended(second.child, "SIGTERM");
    expect(existsSync(join(folder, "state", "pid"))).toBe(false);
  });
});
