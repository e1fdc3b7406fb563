import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import type { CloudProject } from "../../rolling/cloud-api";
import { repositoryRoot } from "../local/paths";

const main = join(repositoryRoot, "localcloud", "main.ts");

/** A local cloud without hosts, in a process of its own on a free port of loopback. */
export class MemoryCloud {
  /** Folder for the state, and for files of clients; removed at the end. */
  readonly folder = mkdtempSync(join(tmpdir(), "local-cloud-"));
  readonly token = randomBytes(32).toString("hex");
  private process: ChildProcess | undefined;
  /** Address of the API, such as `http://127.0.0.1:34567/v1`; undefined until it listens. */
  address: string | undefined;

  private control = 0;

  /** @param apiDate day whose version of the API answers, `YYYY-MM-DD`; absent: today. */
  constructor(private readonly apiDate?: string) {}

  /** Endpoint and token of the API. @throws Error if the cloud has not been started. */
  get access(): CloudProject {
    if (!this.address) throw new Error("the local cloud has not been started");
    return { endpoint: this.address, token: this.token };
  }

  /** Environment of clients: endpoint and token, and an empty home directory. */
  get environment(): NodeJS.ProcessEnv {
    const { endpoint, token } = this.access;
    const home = join(this.folder, "home");
    mkdirSync(home, { recursive: true });
    return {
      PATH: process.env.PATH,
      HOME: home,
      HCLOUD_ENDPOINT: endpoint,
      HCLOUD_TOKEN: token,
    };
  }

  /** Starts the process. @throws Error with its output if the process ends before it listens. */
  async start(): Promise<void> {
    const tokens = join(this.folder, "tokens");
    writeFileSync(tokens, `${this.token}\n`, { mode: 0o600 });
    this.control = await freePort();
    const child = spawn(
      process.execPath,
      [
        ...["--import", require.resolve("tsx"), main, "serve", "--driver", "memory"],
        ...["--state", join(this.folder, "state"), "--port", "0", "--tokens", tokens],
        ...["--control-port", String(this.control)],
        ...(this.apiDate === undefined ? [] : ["--api-date", this.apiDate]),
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    this.process = child;
    for await (const line of createInterface(child.stdout)) {
      const [, address] = /^listening on (\S+)$/.exec(line) ?? [];
      if (!address) continue;
      this.address = address;
      return;
    }
    throw new Error("the local cloud ended without listening");
  }

  /** Number of API calls since the start. */
  async calls(): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.control}/calls`);
    const { calls } = (await answer.json()) as { calls: Record<string, number> };
    return Object.values(calls).reduce((sum, one) => sum + one, 0);
  }

  /** Injects a fault, as `POST /faults` of the control API takes it, until {@link heal}. @throws Error if refused. */
  async inject(fault: object): Promise<void> {
    const address = `http://127.0.0.1:${this.control}/faults`;
    const answer = await fetch(address, { method: "POST", body: JSON.stringify(fault) });
    if (!answer.ok) throw new Error(`the local cloud refused a fault: ${await answer.text()}`);
  }

  /** Ends all faults. */
  async heal(): Promise<void> {
    await fetch(`http://127.0.0.1:${this.control}/faults`, { method: "DELETE" });
  }

  /** Ends the process and removes its folder. */
  async stop(): Promise<void> {
    const child = this.process;
    if (child && child.exitCode === null && child.signalCode === null) {
      const closed = once(child, "exit");
      child.kill("SIGTERM");
      await closed;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A free port of the loopback address. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
