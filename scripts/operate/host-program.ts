import { spawn } from "node:child_process";
import { buildSync } from "esbuild";
import type { StackOutputs } from "./outputs";
import { sshArguments } from "./ssh";

/** Longest run of a program on a host, milliseconds. */
const longestMs = 15 * 60_000;

/** A program of this repository, bundled as one text for the hosts' Node.js. `entry`: path of its file. */
export function hostProgram(entry: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    logLevel: "silent",
    tsconfigRaw: {},
  });
  return outputFiles[0]!.text;
}

/**
 * Text for `node -e`: the text runs the program with the order, both from standard input, and hides errors of
 * `JSON.parse`, which quote their input.
 */
export const bootstrap =
  'let a;try{a=JSON.parse(require("fs").readFileSync(0,"utf8"))}catch{console.error("no order came on standard input");process.exit(1)}' +
  'new Function("require","order",a.program)(require,a.order)';

/** The text for standard input: program and order. */
export function message(program: string, order: unknown): string {
  return JSON.stringify({ program, order });
}

/** Runs a program with a text as its standard input; returns its output, or the reason for a failure. */
export function runWithInput(
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
 * Runs a program as root on a node, through any load balancer that reaches the node. Program and order are passed on
 * standard input only.
 *
 * @param input from {@link message}.
 * @returns what the program prints: JSON.
 * @throws Error with the reason if the node is not reached or the program fails.
 */
export async function runProgram<T>(
  outputs: StackOutputs,
  node: string,
  input: string,
): Promise<T> {
  const program = `sudo -n nice -n 19 /usr/bin/node -e '${bootstrap}'`;
  const options = ["-o", "BatchMode=yes", "-o", "ServerAliveInterval=10"];
  let last = "no load balancer leads there";
  for (const bastion of outputs.ssh.bastions) {
    const words = ["ssh", ...options, ...sshArguments(outputs, node, bastion), program];
    const { status, output, complaint } = await runWithInput(words, input);
    if (status === 0) return JSON.parse(output) as T;
    last = complaint || `it ended with ${status}`;
    // 255 is ssh's own status.
    if (status !== 255) break;
  }
  throw new Error(last);
}

/**
 * Calls a function for each name, at most `atOnce` at the same time; the results have the order of the names.
 *
 * @param atOnce largest number of calls at the same time.
 */
export async function forEachNode<T>(
  names: readonly string[],
  atOnce: number,
  call: (name: string) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  const queue = [...names.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, name] = next;
      results[index] = await call(name);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
