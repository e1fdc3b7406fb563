import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitUntil } from "../../rolling/wait-until";
import type { StackOutputs } from "./outputs";
import { sshArguments } from "./ssh";

/** Connections from this machine to targets that a node reaches: ports of its loopback address, and others. */
export interface Tunnel {
  /** A Unix socket for each target, in the order of the targets; only this user may use the sockets. */
  sockets: readonly string[];
  /** Ends the connection and removes the sockets. */
  close: () => void;
}

/**
 * Opens a tunnel through any load balancer that answers.
 *
 * @param targets TCP ports on 127.0.0.1 of the node, such as 3306; or targets of the node's connections, such
 * as `10.0.4.11:9200`, or the path of a Unix socket.
 * @throws Error with the message of `ssh` if no load balancer reaches the node.
 */
export async function openTunnel(
  outputs: StackOutputs,
  node: string,
  targets: readonly (number | string)[],
): Promise<Tunnel> {
  const folder = mkdtempSync(join(tmpdir(), "webstack-tunnel-"));
  const sockets = targets.map((_, i) => join(folder, String(i)));
  const forwards = targets.flatMap((target, i) => {
    const to = typeof target === "number" ? `127.0.0.1:${target}` : target;
    return ["-L", `${sockets[i]}:${to}`];
  });
  const options = ["-N", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", ...forwards];
  let last: unknown = new Error(`no load balancer leads to ${node}`);
  for (const bastion of outputs.ssh.bastions) {
    const words = [...options, ...sshArguments(outputs, node, bastion)];
    const child = spawn("ssh", words, { stdio: ["ignore", "ignore", "pipe"] });
    const close = () => {
      process.off("exit", close);
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      await isOpen(child, sockets);
      process.once("exit", close);
      return { sockets, close };
    } catch (error) {
      last = error;
      child.kill();
    }
  }
  rmSync(folder, { recursive: true, force: true });
  throw last;
}

async function isOpen(child: ChildProcess, sockets: readonly string[]): Promise<void> {
  let said = "";
  child.stderr!.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-500)));
  let failed: Error | undefined;
  child.once("error", (error) => (failed = error));
  await waitUntil(
    "the tunnel",
    async () => {
      if (sockets.every((socket) => existsSync(socket))) return true;
      throw failed ?? new Error(said || "not open yet");
    },
    { timeoutSeconds: 10, intervalMs: 50 },
  );
}
