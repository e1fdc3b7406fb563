import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitUntil } from "../../rolling/wait-until";
import type { StackOutputs } from "../operate/outputs";
import { sshArguments } from "../operate/ssh";

/** Connections from this machine to targets that a node reaches. */
export interface Tunnel {
  /** A Unix socket for each target, in the order of the targets; only this user may use the sockets. */
  sockets: readonly string[];
  /** Ends the connection and removes the sockets. */
  close: () => void;
}

const batch = ["-o", "BatchMode=yes"];

/**
 * Has sshd of a node forward connections, through any load balancer that answers. The servers of a stack refuse that:
 * each connection to a socket then ends at once.
 *
 * @param targets addresses such as `10.0.4.11:9200`, or paths of Unix sockets.
 * @throws Error with the message of `ssh` if no load balancer reaches the node.
 */
export async function openForwarding(
  outputs: StackOutputs,
  node: string,
  targets: readonly string[],
): Promise<Tunnel> {
  const folder = newFolder();
  const sockets = targets.map((_, i) => join(folder, String(i)));
  const forwards = targets.flatMap((target, i) => ["-L", `${sockets[i]}:${target}`]);
  const words = ["-o", "ExitOnForwardFailure=yes", ...forwards];
  return { sockets, close: await held(outputs, node, { folder, words, files: sockets }) };
}

/**
 * Opens a session on a node for each connection to a port of its loopback address, all over one connection through any
 * load balancer that answers. No sshd needs to forward anything for it.
 *
 * @param ports TCP ports on 127.0.0.1 of the node, such as 3306.
 * @throws Error with the message of `ssh` if no load balancer reaches the node.
 */
export async function openPipes(
  outputs: StackOutputs,
  node: string,
  ports: readonly number[],
): Promise<Tunnel> {
  const folder = newFolder();
  const control = join(folder, "control");
  const words = ["-M", "-S", control];
  const close = await held(outputs, node, { folder, words, files: [control] });
  const sockets = ports.map((port) => join(folder, String(port)));
  const servers = ports.map((port) => piping(node, control, bothWays(port)));
  await Promise.all(servers.map((server, i) => listening(server, sockets[i]!)));
  const closeAll = () => {
    for (const server of servers) server.close();
    close();
  };
  return { sockets, close: closeAll };
}

/**
 * Command of a session that ends once either side does. `nc` waits for its input after the other side has ended, and sshd
 * has a limit of sessions.
 */
function bothWays(port: number): string {
  const [back, there] = ["cat <&3 & back=$!", "cat <&0 >&3 &"];
  return `exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port} && { ${back}; ${there} wait -n; kill $back $!; } 2>/dev/null'`;
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "webstack-tunnel-"));
}

/** A server that runs a command on the node for each connection. Without the shared connection `ssh` ends. */
function piping(node: string, control: string, command: string): Server {
  return createServer({ allowHalfOpen: true }, (socket: Socket) => {
    const words = [...batch, "-o", "ProxyCommand=false", "-S", control, node, command];
    const child = spawn("ssh", words, { stdio: ["pipe", "pipe", "ignore"] });
    socket.pipe(child.stdin).on("error", () => undefined);
    child.stdout.pipe(socket).on("error", () => undefined);
    child.on("error", () => socket.destroy());
    socket.on("close", () => child.kill());
  });
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
}

/** Arguments of an `ssh` without a command. */
interface Held {
  /** Folder that is removed with the connection. */
  folder: string;
  /** Further options. */
  words: readonly string[];
  /** Files that exist once the connection is open. */
  files: readonly string[];
}

/** Keeps a connection to a node open; the result ends it and removes the folder. */
async function held(
  outputs: StackOutputs,
  node: string,
  { folder, words, files }: Held,
): Promise<() => void> {
  let last: unknown = new Error(`no load balancer leads to ${node}`);
  for (const bastion of outputs.ssh.bastions) {
    const all = ["-N", ...batch, ...words, ...sshArguments(outputs, node, bastion)];
    const child = spawn("ssh", all, { stdio: ["ignore", "ignore", "pipe"] });
    const close = () => {
      process.off("exit", close);
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      await isOpen(child, files);
      process.once("exit", close);
      return close;
    } catch (error) {
      last = error;
      child.kill();
    }
  }
  rmSync(folder, { recursive: true, force: true });
  throw last;
}

async function isOpen(child: ChildProcess, files: readonly string[]): Promise<void> {
  let stderr = "";
  child.stderr!.on("data", (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-500)));
  let failed: Error | undefined;
  child.once("error", (error) => (failed = error));
  await waitUntil(
    "the tunnel",
    async () => {
      if (files.every((file) => existsSync(file))) return true;
      throw failed ?? new Error(stderr || "not open yet");
    },
    { timeoutSeconds: 10, intervalMs: 50 },
  );
}
