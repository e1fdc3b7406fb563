import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";

/** Steps of a failover, as in the log of the mover that takes the floating IP. */
const steps = [
  { name: "noticed", pattern: /keepalived says MASTER/ },
  { name: "asked the API", pattern: /taking the address/ },
  { name: "had the address", pattern: /this node has the address/ },
] as const;

/**
 * Times of a failover's steps, milliseconds after a moment.
 *
 * @param journal lines of `journalctl -o short-unix`.
 * @param fromMs the moment, milliseconds since 1970.
 */
export function phasesIn(journal: string, fromMs: number): { name: string; afterMs: number }[] {
  const lines = journal.split("\n").map((line) => ({
    atMs: Number(/^\d+\.\d+/.exec(line)?.[0] ?? Number.NaN) * 1000,
    line,
  }));
  return steps.flatMap(({ name, pattern }) => {
    const first = lines.find(({ atMs, line }) => atMs >= fromMs && pattern.test(line));
    return first ? [{ name, afterMs: Math.round(first.atMs - fromMs) }] : [];
  });
}

/** The steps of a failover to a node, in one line, from the last answer before the outage. */
export async function toldPhases(
  outputs: StackOutputs,
  node: string,
  fromMs: number,
): Promise<string[]> {
  const since = Math.floor(fromMs / 1000);
  const command = `sudo journalctl -u webstack-mover --since @${since} -o short-unix --no-pager`;
  const phases = phasesIn(await runOnNode(outputs, node, command), fromMs);
  return phases.length === 0
    ? []
    : [phases.map(({ name, afterMs }) => `${name} after ${afterMs} ms`).join(", ")];
}
