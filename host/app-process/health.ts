import { get } from "node:http";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { monotonicMs } from "../time/monotonic";
import type { AppProcessSettings } from "./settings";

/** Dependencies of {@link waitStarted}; replaced in tests. */
export interface StartContext {
  /** Monotonic clock, milliseconds. */
  now: () => number;
  pause: (milliseconds: number) => Promise<unknown>;
  /** True while the process runs. */
  lives: () => boolean;
  /** Runs the health check; returns the problem, or undefined. */
  problem: () => Promise<string | undefined>;
  /** Ports that the process listens on. */
  ports: () => number[];
}

/**
 * Waits until a process that was just started is healthy.
 *
 * @throws Error with the reason if it ends, or is not healthy in time.
 */
export async function waitStarted(
  port: number,
  timeoutSeconds: number,
  around: StartContext,
): Promise<void> {
  const { now, pause, lives, problem, ports } = around;
  const end = now() + timeoutSeconds * 1000;
  for (;;) {
    const found = await problem();
    // An answer on the port does not come from a process that has ended.
    if (!lives()) {
      throw new Error("the app exited before it was healthy; its last output is above");
    }
    if (found === undefined) return;
    if (now() >= end) {
      const hint = elsewhere(port, ports());
      throw new Error(`the app is not healthy after ${timeoutSeconds} s: ${found}${hint}`);
    }
    await pause(100);
  }
}

/** Hint for a program that listens on another port. */
function elsewhere(port: number, ports: readonly number[]): string {
  if (ports.includes(port)) return "";
  const where = ports.length === 0 ? "listens on no port" : `listens on ${ports.join(", ")}`;
  return `; it ${where}, and must listen on the port in the variable PORT, here ${port}`;
}

/** Dependencies for a process of this host. */
export function startContext(
  port: number,
  pid: number,
  health: AppProcessSettings["health"],
): StartContext {
  return {
    now: monotonicMs,
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    lives: () => isAlive(pid),
    problem: () => unhealthy(port, health),
    ports: () => listeningPorts(pid),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Longest wait for one answer, milliseconds. */
const answerMs = 5_000;

/** Health check of the process on `port`: the problem, or undefined if it is healthy. */
export function unhealthy(
  port: number,
  { path, host, status }: AppProcessSettings["health"],
): Promise<string | undefined> {
  const asked = `GET ${path} on port ${port}`;
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, path, agent: false, timeout: answerMs };
    const request = get({ ...options, headers: { host } }, (response) => {
      // The status is enough; the body may be endless.
      response.destroy();
      const found = response.statusCode ?? 0;
      const good = status === undefined ? found >= 200 && found < 400 : found === status;
      const rule = status === undefined ? "200 to 399" : String(status);
      resolve(good ? undefined : `${asked} answered ${found}, and app.health wants ${rule}`);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer in ${answerMs / 1000} s`)));
    request.on("error", ({ message }) => resolve(`${asked}: ${message}`));
  });
}

/**
 * TCP ports on which the processes of a control group listen, in order, for the error message to somebody
 * whose program does not listen on `$PORT`. Empty if they cannot be read.
 *
 * @param pid any process of the group.
 */
function listeningPorts(pid: number, proc = "/proc"): number[] {
  try {
    const [group] = /^0::(.*)$/m.exec(readFileSync(`${proc}/${pid}/cgroup`, "utf8"))!.slice(1);
    const members = readFileSync(`/sys/fs/cgroup${group}/cgroup.procs`, "utf8").trim().split("\n");
    const sockets = new Set(members.flatMap((member) => socketsOf(member, proc)));
    const tables = ["tcp", "tcp6"].map((name) =>
      readFileSync(`${proc}/${pid}/net/${name}`, "utf8"),
    );
    const ports = tables.flatMap((table) => portsIn(table, sockets));
    return [...new Set(ports)].sort((a, b) => a - b);
  } catch {
    return [];
  }
}

/** Inodes of the sockets that a process has open. */
function socketsOf(pid: string, proc: string): string[] {
  const folder = `${proc}/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.slice(1) ?? [];
    } catch {
      return [];
    }
  });
}

/**
 * Ports that sockets listen on in a table of the kernel: `sl local remote state … inode`, state 0A.
 *
 * https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
export function portsIn(table: string, sockets: ReadonlySet<string>): number[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode = ""]) => state === "0A" && sockets.has(inode))
    .map(([, local = ""]) => parseInt(local.split(":")[1] ?? "0", 16));
}
