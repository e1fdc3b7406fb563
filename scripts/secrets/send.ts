import { spawn } from "node:child_process";
import type { StackOutputs } from "../operate/outputs";
import { sshArguments } from "../operate/ssh";
import { bootstrap } from "./program";
import type { ScanResult } from "./scan/result";

/** Longest scan of a host, milliseconds. */
const longestMs = 15 * 60_000;

/** Runs a program with a text as its standard input; its output, or why there is none. */
export function talk(
  words: readonly string[],
  input: string,
): Promise<{ status: number | null; output: string; complaint: string }> {
  return new Promise((resolve, reject) => {
    const [command, ...rest] = words;
    const child = spawn(command!, rest, { stdio: ["pipe", "pipe", "pipe"], timeout: longestMs });
    let [output, complaint] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    child.stdin.on("error", () => undefined);
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output, complaint: complaint.trim() }));
    child.stdin.end(input);
  });
}

/**
 * Runs the scan as root on a node, through whichever load balancer leads there. What is looked for
 * goes over standard input and nowhere else.
 *
 * @throws Error with the reason if the node is not reached or the scan does not end.
 */
export async function scanNode(
  outputs: StackOutputs,
  node: string,
  input: string,
): Promise<ScanResult> {
  const program = `sudo -n nice -n 19 /usr/bin/node -e '${bootstrap}'`;
  const options = ["-o", "BatchMode=yes", "-o", "ServerAliveInterval=10"];
  let last = "no load balancer leads there";
  for (const bastion of outputs.ssh.bastions) {
    const words = ["ssh", ...options, ...sshArguments(outputs, node, bastion), program];
    const { status, output, complaint } = await talk(words, input);
    if (status === 0) return JSON.parse(output) as ScanResult;
    last = complaint || `it ended with ${status}`;
    // 255 is ssh's own.
    if (status !== 255) break;
  }
  throw new Error(last);
}
