import { get } from "node:http";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { monotonicMs } from "../time/monotonic";
import type { AppProcessSettings } from "./settings";

/** TCP socket that listens. */
export interface Listener {
  port: number;
  /** True if a connection to 127.0.0.1 reaches the socket, as far as its address tells. */
  isLocalIpv4: boolean;
}

/** Dependencies of {@link waitStarted}; replaced in tests. */
export interface StartContext {
  /** Monotonic clock, milliseconds. */
  now: () => number;
  pause: (milliseconds: number) => Promise<unknown>;
  /** True while the process runs. */
  lives: () => boolean;
  /** Runs the health check; returns the problem, or undefined. */
  problem: () => Promise<string | undefined>;
  /** Sockets on which the process listens. */
  listeners: () => readonly Listener[];
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
  const { now, pause, lives, problem } = around;
  const end = now() + timeoutSeconds * 1000;
  for (;;) {
    const found = await problem();
    // An answer on the port does not come from a process that has ended.
    if (!lives()) {
      throw new Error("the app exited before it was healthy; its last output is above");
    }
    if (found === undefined) return;
    if (now() >= end) {
      const hint = elsewhere(port, around.listeners());
      throw new Error(`the app is not healthy after ${timeoutSeconds} s: ${found}${hint}`);
    }
    await pause(100);
  }
}

/** Hint for a program that listens on another port, or where a connection to 127.0.0.1 does not arrive. */
function elsewhere(port: number, found: readonly Listener[]): string {
  const here = found.filter((one) => one.port === port);
  if (here.some(({ isLocalIpv4 }) => isLocalIpv4)) return "";
  if (here.length > 0) {
    return (
      `; it listens on port ${port} at another address alone, and must listen at 127.0.0.1: ` +
      "name that address, since localhost may be ::1"
    );
  }
  const ports = [...new Set(found.map((one) => one.port))];
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
    listeners: () => listeners(pid),
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
  const probe = `GET ${path} on port ${port}`;
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, path, agent: false, timeout: answerMs };
    const request = get({ ...options, headers: { host } }, (response) => {
      // The status is enough; the body may be endless.
      response.destroy();
      const found = response.statusCode ?? 0;
      const good = status === undefined ? found >= 200 && found < 400 : found === status;
      const rule = status === undefined ? "200 to 399" : String(status);
      resolve(good ? undefined : `${probe} answered ${found}, and app.health wants ${rule}`);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer in ${answerMs / 1000} s`)));
    request.on("error", ({ message }) => resolve(`${probe}: ${message}`));
  });
}

/**
 * TCP sockets on which the processes of a control group listen, by port. The error message about a program that does
 * not listen on `$PORT` names them. Empty if they cannot be read.
 *
 * @param pid any process of the group.
 */
function listeners(pid: number, proc = "/proc"): Listener[] {
  try {
    const [group] = /^0::(.*)$/m.exec(readFileSync(`${proc}/${pid}/cgroup`, "utf8"))!.slice(1);
    const members = readFileSync(`/sys/fs/cgroup${group}/cgroup.procs`, "utf8").trim().split("\n");
    const sockets = new Set(members.flatMap((member) => socketsOf(member, proc)));
    const tables = ["tcp", "tcp6"].map((name) =>
      readFileSync(`${proc}/${pid}/net/${name}`, "utf8"),
    );
    const found = tables.flatMap((table) => listenersIn(table, sockets));
    return found.sort((a, b) => a.port - b.port);
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

/** Addresses in the kernel's form at which a connection to 127.0.0.1 arrives: 127.0.0.1 and 0.0.0.0, each also in IPv6, and ::. */
const localIpv4 = /^(00000000|0100007F|0{32}|0{16}FFFF0000(00000000|0100007F))$/;

/**
 * Sockets that listen in a table of the kernel: `sl local remote state … inode`, state 0A. The words of an address are in the byte
 * order of the machine, which is little-endian on x64 and arm64.
 *
 * https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
export function listenersIn(table: string, sockets: ReadonlySet<string>): Listener[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode = ""]) => state === "0A" && sockets.has(inode))
    .map(([, local = ""]) => {
      const [address = "", port = "0"] = local.split(":");
      return { port: parseInt(port, 16), isLocalIpv4: localIpv4.test(address) };
    });
}
