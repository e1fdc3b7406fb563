import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { hostKeyAlias, type StackNode, type StackOutputs } from "./outputs";
import { quoted } from "./shell-word";

const run = promisify(execFile);

/**
 * Arguments of `ssh` that reach a node: load balancers at their public address, every other node
 * through the first load balancer that answers.
 *
 * @throws Error if the stack has no node of that name.
 */
export function sshArguments(outputs: StackOutputs, nodeName: string, bastion: string): string[] {
  const node = outputs.nodes.find(({ name }) => name === nodeName);
  if (!node) {
    const names = outputs.nodes.map(({ name }) => name).join(", ");
    throw new Error(`node must be one of ${names}, got ${JSON.stringify(nodeName)}`);
  }
  const { user } = outputs.ssh;
  const common = ["-i", outputs.files.key, "-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR"];
  const own = [...common, ...trust(node, outputs.files)];
  if (node.role === "lb" && node.publicIp) return [...own, `${user}@${node.publicIp}`];
  const between = outputs.nodes.find(({ publicIp, role }) => role === "lb" && publicIp === bastion);
  const first = [...common, ...trust(between, outputs.files)];
  const proxy = ["ssh", ...first.map(quoted), "-W", "%h:%p", `${user}@${bastion}`].join(" ");
  return [...own, "-o", `ProxyCommand=${proxy}`, `${user}@${node.privateIp}`];
}

/** Options that accept a server's pinned host key alone, or the first seen key if none is pinned. */
function trust(node: StackNode | undefined, files: StackOutputs["files"]): string[] {
  const alias = node && hostKeyAlias(node);
  const name = alias === undefined ? [] : ["-o", `HostKeyAlias=${alias}`];
  const isPinned = alias !== undefined && node?.hostKey !== undefined;
  const [file, checking] =
    isPinned && files.pinnedHosts !== undefined
      ? [files.pinnedHosts, "yes"]
      : [files.knownHosts, "accept-new"];
  const checked = ["-o", `UserKnownHostsFile=${file}`, "-o", `StrictHostKeyChecking=${checking}`];
  return [...checked, ...name];
}

/** Runs one command on a node through any load balancer that answers; returns the command's output. */
export async function runOnNode(
  outputs: StackOutputs,
  nodeName: string,
  command: string,
  timeoutMs = 15_000,
): Promise<string> {
  let last: unknown;
  for (const bastion of outputs.ssh.bastions) {
    try {
      const args = ["-o", "BatchMode=yes", ...sshArguments(outputs, nodeName, bastion), command];
      const { stdout } = await run("ssh", args, { timeout: timeoutMs, maxBuffer: 16 << 20 });
      return stdout;
    } catch (error) {
      last = error;
      if ((error as { code?: unknown }).code !== 255) throw error;
    }
  }
  throw last;
}
