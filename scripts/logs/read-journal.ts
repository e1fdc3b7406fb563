import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { StackOutputs } from "../operate/outputs";
import { quoted } from "../operate/shell-word";
import { sshArguments } from "../operate/ssh";
import type { Journal, LogOptions } from "./command-line";

/**
 * The command that prints a node's journal as JSON, an entry a line. A command that follows the journal ends with its
 * standard input, so that no process stays on the node after the reader has ended.
 */
export function journalCommand(
  { units = [] }: Pick<Journal, "units">,
  { follow, since, entries }: Pick<LogOptions, "follow" | "since" | "entries">,
): string {
  const words = [
    ...["journalctl", "--output=json", "--no-pager", "--quiet"],
    "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_COMM,_PID",
    `--lines=${entries ?? "all"}`,
    ...(since === undefined ? [] : [`--since=${since}`]),
    ...units.map((unit) => `--unit=${unit}`),
  ];
  const plain = words.map(quoted).join(" ");
  if (!follow) return `sudo ${plain}`;
  const ending = "(cat <&3; kill $reader) >/dev/null 2>&1";
  const script = `exec 3<&0; ${plain} --follow </dev/null & reader=$!; ${ending} & wait $reader`;
  return `sudo sh -c ${quoted(script)}`;
}

/**
 * Interval of keep-alive messages, seconds; after three unanswered ones a node whose journal is followed counts as
 * lost.
 */
const aliveSeconds = 10;

/** Callbacks of a running read. */
export interface Listener {
  /** Takes a line of the command. */
  onLine: (line: string) => void;
  /** Ends the reading. */
  signal: AbortSignal;
}

/** Result of one attempt. */
interface Ended {
  status: number | null;
  /** Whether a line came. */
  hasOutput: boolean;
  /** Standard error of `ssh` or of the command. */
  complaint: string;
}

function once(words: readonly string[], { onLine, signal }: Listener): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // Standard input stays open as long as this process is there.
    const child: ChildProcess = spawn("ssh", words, { stdio: ["pipe", "pipe", "pipe"] });
    const stop = () => child.kill();
    signal.addEventListener("abort", stop, { once: true });
    let [hasOutput, complaint] = [false, ""];
    const lines = createInterface(child.stdout!);
    lines.on("line", (line) => {
      hasOutput = true;
      onLine(line);
    });
    const printed = new Promise((done) => lines.once("close", done));
    child.stderr!.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000);
    });
    child.stdin!.on("error", () => undefined);
    child.once("error", reject);
    child.once("close", (status) => {
      signal.removeEventListener("abort", stop);
      void printed.then(() => resolve({ status, hasOutput, complaint: complaint.trim() }));
    });
  });
}

/**
 * Runs a command on a node, through any load balancer that reaches the node, and passes its lines on until it ends.
 *
 * @throws Error with the reason if no load balancer reaches the node, or the node is lost.
 */
export async function readJournal(
  outputs: StackOutputs,
  node: string,
  command: string,
  listener: Listener,
): Promise<void> {
  const alive = ["-o", `ServerAliveInterval=${aliveSeconds}`, "-o", "BatchMode=yes"];
  let last = "no load balancer leads there";
  for (const bastion of outputs.ssh.bastions) {
    const words = [...alive, ...sshArguments(outputs, node, bastion), command];
    const { status, hasOutput, complaint } = await once(words, listener);
    if (status === 0 || listener.signal.aborted) return;
    last = complaint || `ended with ${status}`;
    // 255 is ssh's own status. A failure of the command itself would be the same through another load balancer.
    if (status !== 255 || hasOutput) break;
  }
  throw new Error(last);
}
