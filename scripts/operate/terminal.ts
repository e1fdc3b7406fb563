import { spawn } from "node:child_process";
import { createInterface } from "node:readline/promises";
import type { StackOutputs } from "./outputs";
import { runOnNode, sshArguments } from "./ssh";

/** Asks the operator at the terminal to type a word. @throws Error for any other word: nothing has changed yet. */
export async function confirmed(word: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Type ${word} to go on: `);
  terminal.close();
  if (answer.trim() !== word) throw new Error("nothing was done");
}

/** Signals that end a process: Ctrl-C, `kill`, and the end of its terminal. */
export const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs `work` without an end by a signal; `told` is called with each signal. Child processes get Ctrl-C and the end of
 * the terminal too, and end.
 */
export async function outliveSignals<T>(onSignal: () => void, work: () => Promise<T>): Promise<T> {
  const ignored = endSignals.map((signal) => {
    const before = process.listeners(signal);
    process.removeAllListeners(signal).on(signal, onSignal);
    return () => {
      process.off(signal, onSignal);
      for (const each of before) process.on(signal, each);
    };
  });
  try {
    return await work();
  } finally {
    for (const restore of ignored) restore();
  }
}

/** Longest wait for a load balancer's answer to a test connection, milliseconds. */
const answerMs = 6_000;

/** Address of the first load balancer that answers; if none does, of the first one, whose error `ssh` then prints. */
export async function bastionFor(outputs: StackOutputs, nodeName: string): Promise<string> {
  const { bastions } = outputs.ssh;
  const [first = ""] = bastions;
  const own = outputs.nodes.find(({ name }) => name === nodeName);
  if (own?.role === "lb") return first;
  for (const bastion of bastions) {
    const between = outputs.nodes.find(({ publicIp }) => publicIp === bastion);
    if (!between) continue;
    const answer = runOnNode(outputs, between.name, "true", answerMs);
    if ((await answer.catch(() => undefined)) !== undefined) return bastion;
  }
  return first;
}

/** Terminal and input of a command on a node. */
export interface Foreground {
  /** True if the command gets a terminal. */
  terminal: boolean;
  /** Standard input of the command. @default that of this process */
  input?: string;
}

/** Runs a command on a node in the foreground of this process; resolves with the exit status. */
export async function inForeground(
  outputs: StackOutputs,
  nodeName: string,
  command: string,
  { terminal, input }: Foreground,
): Promise<number> {
  const way = sshArguments(outputs, nodeName, await bastionFor(outputs, nodeName));
  const args = [...(terminal ? ["-t"] : []), ...way, command];
  // Ctrl-C is for the command on the node.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  try {
    return await new Promise((resolve, reject) => {
      const stdin = input === undefined ? "inherit" : "pipe";
      const child = spawn("ssh", args, { stdio: [stdin, "inherit", "inherit"] });
      child.on("error", reject);
      child.on("close", (status) => resolve(status ?? 1));
      child.stdin?.on("error", ignore);
      child.stdin?.end(input);
    });
  } finally {
    process.off("SIGINT", ignore);
  }
}
