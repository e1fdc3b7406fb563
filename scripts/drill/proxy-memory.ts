import type { StackNode, StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";

/** Resident memory of the processes of one program on one node, bytes. */
export interface ProgramMemory {
  node: string;
  /** `haproxy` or `nginx`. */
  program: string;
  /** At present. */
  now: number;
  /** Sum of each process's largest since the last {@link forgetPeaks}, or since its start. */
  peak: number;
}

/** Roles of the nodes that have one of the two proxies. */
const roles: readonly StackNode["role"][] = ["lb", "web", "app"];

/** Starts the count of each proxy's largest memory anew (proc_pid_clear_refs(5), value 5). */
const forget =
  "sudo sh -c 'for p in /proc/[0-9]*; do case $(cat $p/comm) in haproxy|nginx) echo 5 > $p/clear_refs;; esac; done' 2>/dev/null || true";
const readMemory =
  "cat /proc/[0-9]*/status 2>/dev/null | awk '/^Name:/ { name = $2 } " +
  "name ~ /^(haproxy|nginx)$/ && /^VmHWM:/ { peak[name] += $2 } " +
  "name ~ /^(haproxy|nginx)$/ && /^VmRSS:/ { now[name] += $2 } " +
  "END { for (name in now) print name, now[name], peak[name] }'";
/** Size of the files that Nginx has open and has already removed from their folder, as it does with buffered bodies. */
const readBuffered =
  "sudo sh -c 'for f in $(find /proc/[0-9]*/fd -lname \"*/nginx/*deleted*\" 2>/dev/null); do stat -L -c %b $f; done' 2>/dev/null " +
  "| awk '{ blocks += $1 } END { print blocks + 0 }'";
/** Bytes of a block of `stat`. */
const blockBytes = 512;

function nodesWith({ nodes }: StackOutputs, wanted: readonly StackNode["role"][]): string[] {
  return nodes.filter(({ role }) => wanted.includes(role)).map(({ name }) => name);
}

/** Programs and their memory in the lines of a node: name, now and peak in KiB. */
export function parsedMemory(node: string, text: string): ProgramMemory[] {
  const lines = text.trim().split("\n");
  return lines.flatMap((line) => {
    const [, program, now, peak] = /^(\w+) (\d+) (\d+)$/.exec(line) ?? [];
    if (program === undefined) return [];
    return [{ node, program, now: Number(now) * 1024, peak: Number(peak) * 1024 }];
  });
}

/** Memory of HAProxy and Nginx on all nodes that have them. */
export async function proxyMemory(outputs: StackOutputs): Promise<ProgramMemory[]> {
  const nodes = nodesWith(outputs, roles);
  const texts = await Promise.all(nodes.map((node) => runOnNode(outputs, node, readMemory)));
  return texts.flatMap((text, i) => parsedMemory(nodes[i]!, text));
}

/** Resets each proxy's peak memory. */
export async function forgetPeaks(outputs: StackOutputs): Promise<void> {
  await Promise.all(nodesWith(outputs, roles).map((node) => runOnNode(outputs, node, forget)));
}

/** Bytes of bodies and answers that each web node buffers on its disk at present, by node. */
export async function bufferedOnDisk(outputs: StackOutputs): Promise<Map<string, number>> {
  const nodes = nodesWith(outputs, ["web"]);
  const texts = await Promise.all(nodes.map((node) => runOnNode(outputs, node, readBuffered)));
  return new Map(nodes.map((node, i) => [node, Number(texts[i]) * blockBytes]));
}

/** Growth of each program's memory from `before` to its peak in `after`, bytes, the largest first. */
export function growths(
  before: readonly ProgramMemory[],
  after: readonly ProgramMemory[],
): { of: string; bytes: number }[] {
  const same = (one: ProgramMemory) => (other: ProgramMemory) =>
    other.node === one.node && other.program === one.program;
  return after
    .map((one) => ({
      of: `${one.program} on ${one.node}`,
      bytes: one.peak - (before.find(same(one))?.now ?? 0),
    }))
    .sort((a, b) => b.bytes - a.bytes);
}
