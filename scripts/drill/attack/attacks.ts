import { createSocket } from "node:dgram";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { connect, createServer } from "node:net";
import { tcpAnswer } from "../scan/probe";
import { becomesRoot, logsIn, managesUnits, opensRaw, type Outcome, writable } from "./programs";

/** Attempts of a user of a host. No attempt changes anything, whether or not it succeeds. */
export interface Tries {
  /** Paths of files with secrets, and of devices. */
  files: readonly string[];
  /** Process ids; those of the user's own processes are left out. */
  processes: readonly number[];
  /** Paths of Unix sockets. */
  sockets: readonly string[];
  /** Folders that are searched at any depth for files that the user may write. */
  folders: readonly string[];
  /** Other hosts' ports. */
  connections: readonly { address: string; port: number }[];
  /** Addresses outside of the stack to which an empty datagram is sent. */
  datagrams: readonly { address: string; port: number }[];
  /** URLs that are requested without a certificate and without a token. */
  urls: readonly string[];
  /** Accounts of the host's MySQL, tried without a password; empty on a host without MySQL. */
  accounts: readonly string[];
}

/** Kinds of attempts, as words of a sentence. */
export type Way =
  | "reads"
  | "writes"
  | "opens"
  | "connects to"
  | "sends UDP to"
  | "gets an answer from"
  | "listens on"
  | "logs in to MySQL as"
  | "sends raw packets of"
  | "runs"
  | "manages";

/** An attempt that succeeded. */
export interface Success {
  way: Way;
  /** Path, port as `10.0.4.11:3306`, URL, or a name. */
  what: string;
}

/** Result of the attempts of one user. */
export interface Attacked {
  /** Number of attempts. */
  tried: number;
  done: Success[];
  /** Attempts without a result, and the reasons. */
  untried: string[];
}

/** Longest wait for an answer, milliseconds. */
const timeoutMs = 2_000;
const connectMs = 500;
/** Ports below 1024; no service uses 79, so a refusal there is not one of a port in use. */
const lowPorts = [79, 80, 443];
/** True if a byte of the file can be read. */
export function reads(path: string): boolean {
  try {
    const file = openSync(path, "r");
    try {
      return readSync(file, Buffer.alloc(1), 0, 1, null) > 0;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/** True if the memory of the process can be opened for reading. */
function opensMemory(pid: number): boolean {
  try {
    closeSync(openSync(`/proc/${pid}/mem`, "r"));
    return true;
  } catch {
    return false;
  }
}

/** True if the process is another user's. Root owns the `/proc` entry of a process that other users may not inspect. */
function isOthers(pid: number): boolean {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid !== process.getuid!();
}

/** True if a Unix socket accepts the caller; a datagram socket answers with the error of a wrong type. */
export function opensSocket(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", ({ code }: NodeJS.ErrnoException) =>
      // A socket that accepts the caller may also answer that its queue is full.
      resolve(code === "EPROTOTYPE" || code === "EAGAIN"),
    );
  });
}

/** True if a server answers over HTTP; a refused handshake is no answer. */
export function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { agent: false, timeout: timeoutMs, rejectUnauthorized: false };
    const call = url.startsWith("https:") ? requestHttps(url, options) : requestHttp(url, options);
    const timer = setTimeout(() => call.destroy(new Error("late")), timeoutMs);
    call.on("response", (response) => {
      response.on("error", () => undefined).destroy();
      resolve(true);
    });
    call.on("error", () => resolve(false));
    call.on("close", () => clearTimeout(timer));
    call.end();
  });
}

/** True if the user may listen on the port, which is closed again at once. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "0.0.0.0", () => server.close(() => resolve(true)));
  });
}

/** True if the host's own firewall lets a datagram out: the kernel reports a dropped one to the sender. */
function sends(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.on("error", () => undefined);
    socket.send(Buffer.alloc(0), port, address, (error) => {
      socket.close();
      resolve(error === null);
    });
  });
}

/** Makes all attempts as the user that runs this program. */
export async function attacked(tries: Tries): Promise<Attacked> {
  const result: Attacked = { tried: 0, done: [], untried: [] };
  const note = async (way: Way, what: string, outcome: Outcome | Promise<Outcome>) => {
    result.tried += 1;
    const came = await outcome;
    if (typeof came === "string") result.untried.push(`${way} ${what}: ${came}`);
    else if (came) result.done.push({ way, what });
  };
  for (const path of tries.files) await note("reads", path, reads(path));
  for (const pid of tries.processes.filter(isOthers)) {
    // The process may have ended, and a process of the user may have its number now.
    await note("reads", `/proc/${pid}/environ`, reads(`/proc/${pid}/environ`) && isOthers(pid));
    await note("reads", `/proc/${pid}/mem`, opensMemory(pid) && isOthers(pid));
  }
  for (const folder of tries.folders) {
    const found = await writable(folder);
    await note("writes", folder, typeof found === "string" ? found : false);
    if (typeof found === "string") continue;
    result.done.push(...found.map((what): Success => ({ way: "writes", what })));
  }
  for (const port of lowPorts) await note("listens on", `port ${port}`, listens(port));
  for (const account of tries.accounts) {
    await note("logs in to MySQL as", account, logsIn(account));
  }
  await note("runs", "sudo", becomesRoot());
  await note("manages", "units", managesUnits());
  await Promise.all([
    ...(["VRRP", "Ethernet"] as const).map((kind) =>
      note("sends raw packets of", kind, opensRaw(kind)),
    ),
    ...tries.sockets.map((path) => note("opens", path, opensSocket(path))),
    ...tries.urls.map((url) => note("gets an answer from", url, answers(url))),
    ...tries.datagrams.map(({ address, port }) =>
      note("sends UDP to", `${address}:${port}`, sends(address, port)),
    ),
    ...tries.connections.map(({ address, port }) => {
      const open = tcpAnswer(address, port, connectMs).then((answer) => answer === "open");
      return note("connects to", `${address}:${port}`, open);
    }),
  ]);
  return result;
}
