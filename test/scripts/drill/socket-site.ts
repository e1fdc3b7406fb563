import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitUntil } from "../../../rolling/wait-until";
import { writeSocketRelease } from "../../../scripts/drill/socket-app";
import { freePort } from "../../../scripts/hostless/memory-cloud";

/** The drills' app with Socket.IO as processes on this machine, behind a proxy. */
export interface SocketSite {
  url: string;
  /** Ends a process in order, which takes some time, and starts it again. */
  restart(number: number): Promise<void>;
  /** Text of all records of the processes. */
  records(): string;
  end(): Promise<void>;
}

/** Processes of one release. */
class Processes {
  readonly folder = mkdtempSync(join(tmpdir(), "socket-site-"));
  private readonly children = new Map<number, ChildProcess>();

  constructor(readonly ports: readonly number[]) {
    writeSocketRelease(join(this.folder, "release"), "1.0.0");
  }

  /** Ports of the processes that serve. */
  get serving(): number[] {
    return this.ports.filter((port) => this.children.has(port));
  }

  async start(port: number): Promise<void> {
    const env = {
      ...{ PATH: process.env.PATH, NODE_NAME: "here" },
      ...{ PORT: String(port), STATE_DIRECTORY: this.folder },
    };
    const cwd = join(this.folder, "release");
    const child = spawn(process.execPath, ["server.js"], { cwd, env, stdio: "ignore" });
    const isUp = async () => (await fetch(`http://127.0.0.1:${port}/`)).ok || undefined;
    await waitUntil("a process of the app", isUp, { timeoutSeconds: 20, intervalMs: 50 });
    this.children.set(port, child);
  }

  async stop(port: number): Promise<void> {
    const child = this.children.get(port);
    this.children.delete(port);
    if (!child || child.exitCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  }
}

/** Starts two processes, and a proxy that sends all requests of a client to one process, or each to the next one. */
export async function socketSite(isAffine: boolean): Promise<SocketSite> {
  const processes = new Processes([await freePort(), await freePort()]);
  for (const port of processes.ports) await processes.start(port);
  let turn = 0;
  const portOf = ({ headers }: IncomingMessage) => {
    const last = String(headers["x-forwarded-for"] ?? "0")
      .split(".")
      .pop();
    const place = isAffine ? Number(last) : (turn += 1);
    const usual = processes.ports[place % processes.ports.length]!;
    return processes.serving.includes(usual) ? usual : processes.serving[0]!;
  };
  const proxy = createServer((visitor, answer) => {
    const { method, url: path, headers } = visitor;
    const options = { host: "127.0.0.1", port: portOf(visitor), method, path, headers };
    const call = request({ ...options, agent: false }, (app) => {
      answer.writeHead(app.statusCode!, app.headers);
      app.pipe(answer);
    });
    call.on("error", () => answer.destroy());
    answer.on("close", () => call.destroy());
    visitor.pipe(call);
  });
  proxy.on("upgrade", (visitor, socket, head) => {
    const app = connect(portOf(visitor), "127.0.0.1");
    const lines = visitor.rawHeaders.flatMap((name, i, all) =>
      i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : [],
    );
    app.write(`${[`GET ${visitor.url} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`);
    app.write(head);
    app.pipe(socket).pipe(app);
    for (const one of [app, socket]) one.on("error", () => [app, socket].map((s) => s.destroy()));
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    restart: async (number) => {
      const stopped = processes.ports[number]!;
      await processes.stop(stopped);
      await processes.start(stopped);
    },
    records: () =>
      readdirSync(processes.folder)
        .filter((name) => name.startsWith("acknowledged-"))
        .map((name) => readFileSync(join(processes.folder, name), "utf8"))
        .join(""),
    end: async () => {
      proxy.closeAllConnections();
      proxy.close();
      await Promise.all(processes.ports.map((one) => processes.stop(one)));
      rmSync(processes.folder, { recursive: true, force: true });
    },
  };
}
