import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { replaceWorker, sendCommand } from "../../../../host/haproxy/commands";
import { ask, visitorsV6 } from "./visitor";

const lines: string[] = [];

/** Lines that the daemons have printed so far. */
export function printed(): readonly string[] {
  return lines;
}

/** Starts a program, and keeps its output lines. */
export function start(file: string, args: readonly string[]): ChildProcess {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  const keep = (chunk: Buffer) => lines.push(...chunk.toString().trimEnd().split("\n"));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.on("exit", (status) => lines.push(`${file} ${args.join(" ")} ended with ${status}`));
  return child;
}

/** Configuration in use of each HAProxy, and its master process, by name. */
const running = new Map<string, { path: string; master: ChildProcess }>();

/** Socket of the master process of a HAProxy. */
export function masterSocket(name: string): string {
  return `/run/chain-${name}-master.sock`;
}

/**
 * Has a HAProxy reload with another configuration; resolves once the new worker serves. On a busy machine a second
 * reload before that would find no worker to take the listening sockets from, and connections would be reset.
 */
export function reload(name: string, path: string): Promise<void> {
  copyFileSync(path, running.get(name)!.path);
  return replaceWorker((command) => sendCommand(masterSocket(name), command));
}

/** Kills a HAProxy and starts it again. */
export async function restart(name: string): Promise<void> {
  const { path, master } = running.get(name)!;
  const ended = once(master, "exit");
  master.kill("SIGTERM");
  await ended;
  startHaproxy(name, path);
}

function startHaproxy(name: string, path: string): void {
  const words = ["-W", "-S", masterSocket(name), "-f", path];
  running.set(name, { path, master: start("/usr/sbin/haproxy", words) });
}

let nginx: ChildProcess | undefined;

/** Starts Nginx of the first web node. */
export function startNginx(): void {
  nginx = start("/usr/sbin/nginx", ["-c", "/chain/nginx.conf", "-g", "daemon off;"]);
}

/** Has Nginx reload its configuration. */
export function reloadNginx(): void {
  nginx!.kill("SIGHUP");
}

/** Starts the proxies with the files in `folder`; resolves once a request gets the awaited status. */
export async function startDaemons(folder: string, awaited: number): Promise<void> {
  mkdirSync("/etc/haproxy/certs", { recursive: true });
  mkdirSync("/etc/webstack/tls", { recursive: true });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const files = ["-keyout", "/tmp/key.pem", "-out", "/tmp/cert.pem"];
  const names = ["-addext", "subjectAltName=DNS:web-1,DNS:app-1,DNS:web-2,DNS:app-2"];
  const subject = ["-days", "1", "-subj", "/CN=chain", ...names];
  execFileSync("openssl", ["req", "-x509", ...key, ...subject, ...files], { stdio: "ignore" });
  const pem = ["/tmp/cert.pem", "/tmp/key.pem"].map((path) => readFileSync(path, "utf8"));
  writeFileSync("/etc/haproxy/certs/edge.pem", pem.join(""));
  writeFileSync("/etc/webstack/tls/inner.pem", pem.join(""));
  // Behind the load balancers the same certificate is trusted, for these two names alone.
  writeFileSync("/etc/webstack/tls/inner-ca.pem", pem[0]!);
  const ticketKeys = Array.from({ length: 3 }, () => `${randomBytes(80).toString("base64")}\n`);
  writeFileSync("/etc/haproxy/certs/tickets.keys", ticketKeys.join(""));
  execFileSync("useradd", ["--system", "webstack-tickets"]);
  cpSync(`${folder}/etc`, "/etc", { recursive: true });
  mkdirSync("/srv/app/current/public", { recursive: true });
  for (const address of visitorsV6) {
    execFileSync("ip", ["-6", "address", "add", `${address}/128`, "dev", "lo"]);
  }
  startNginx();
  const second = `${folder}/nginx-2.conf`;
  const hasNeighbours = existsSync(second);
  if (hasNeighbours) start("/usr/sbin/nginx", ["-c", second, "-g", "daemon off;"]);
  const balancers = ["app", ...(hasNeighbours ? ["app-2"] : [])];
  for (const name of balancers) {
    mkdirSync(`/run/chain-${name}`);
    writeFileSync(`/run/chain-${name}/drain.map`, "node off\n");
  }
  for (const name of [...balancers, "app-proxy", "edge-1", "edge-2"]) {
    const path = `/tmp/${name}.cfg`;
    copyFileSync(`${folder}/${name}.cfg`, path);
    startHaproxy(name, path);
  }
  for (const end = Date.now() + 20_000; ; await pause(100)) {
    const status = await ask("/first").then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === awaited) return;
    if (Date.now() > end)
      throw new Error(`no request gets ${awaited}:\n${lines.slice(-30).join("\n")}`);
  }
}

/** Resident memory of all processes of a program, MiB. */
export function memoryMib(program: string): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const kib = pids.map((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      if (!status.startsWith(`Name:\t${program}\n`)) return 0;
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return kib.reduce((sum, one) => sum + one, 0) / 1024;
}

/** Present size of Nginx's files on disk, MiB. */
export function nginxFilesMib(): number {
  const output = execFileSync("du", ["-sk", "/var/lib/nginx"], { encoding: "utf8" });
  // An open file without a name takes disk space too.
  const open = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(openTemporary);
  return Number(output.split("\t")[0]) / 1024 + open.reduce((sum, one) => sum + one, 0) / 1_048_576;
}

function openTemporary(pid: string): number[] {
  try {
    const folder = `/proc/${pid}/fd`;
    const found = execFileSync("find", [folder, "-lname", "/var/lib/nginx/*(deleted)"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return found
      .split("\n")
      .filter((path) => path !== "")
      .map((path) =>
        Number(execFileSync("stat", ["-L", "-c", "%s", path], { encoding: "utf8" }).trim()),
      );
  } catch {
    return [];
  }
}
