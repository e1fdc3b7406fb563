import { z } from "zod";
import type { DatabaseState } from "./databases";
import type { StackOutputs } from "./outputs";

/** Runs a command on a node and returns its output, as `runOnNode` does. */
export type Run = (
  outputs: StackOutputs,
  node: string,
  command: string,
  timeoutMs?: number,
) => Promise<string>;

/** Unix socket on which root reaches a database node's supervisor. */
const controlSocket = "/run/webstack-supervisor/control.sock";

/** Longest wait for a supervisor's answer, seconds: it queries its peers first. */
const answerSeconds = 30;

const answerShape = z.object({ accepted: z.boolean(), reason: z.string() });

/** A supervisor's answer to an override. */
export type OverrideAnswer = z.infer<typeof answerShape>;

/**
 * Asks a node's supervisor to bootstrap the group despite lost transactions. The supervisor
 * refuses as long as it reaches a group with a quorum.
 *
 * @throws Error if the supervisor does not answer, or if the answer has another shape.
 */
export async function askToOverride(
  outputs: StackOutputs,
  node: string,
  run: Run,
): Promise<OverrideAnswer> {
  const body = `-H 'content-type: application/json' -d '{"consent":true}'`;
  // Without --fail, because the body of a refusal has the reason.
  const curl = `sudo curl -sSm ${answerSeconds} --unix-socket ${controlSocket}`;
  const command = `${curl} ${body} http://supervisor/override`;
  const answer = await run(outputs, node, command, (answerSeconds + 15) * 1_000);
  try {
    return answerShape.parse(JSON.parse(answer));
  } catch (error) {
    const text = answer.trim() || "nothing";
    throw new Error(`the supervisor of ${node} answered ${text}; nothing was done`, {
      cause: error,
    });
  }
}

/** States of the database nodes through one load balancer. */
export interface Way {
  /** Name of the load balancer, or its address if it has none in the outputs. */
  through: string;
  /** States by name of the database node; undefined for a supervisor that does not answer. */
  states: ReadonlyMap<string, DatabaseState | undefined>;
}

/** Queries the states through each load balancer: one may reach a node that the other does not reach. */
export async function queryThroughAll(
  outputs: StackOutputs,
  look: (outputs: StackOutputs) => Promise<Map<string, DatabaseState | undefined>>,
): Promise<Way[]> {
  return Promise.all(
    outputs.ssh.bastions.map(async (bastion) => {
      const between = outputs.nodes.find(({ publicIp }) => publicIp === bastion);
      const states = await look({ ...outputs, ssh: { ...outputs.ssh, bastions: [bastion] } });
      return { through: between?.name ?? bastion, states };
    }),
  );
}

/** The state of each node through any load balancer that reaches it; undefined if none does. */
export function seenThroughAny(ways: readonly Way[]): Map<string, DatabaseState | undefined> {
  const names = [...new Set(ways.flatMap(({ states }) => [...states.keys()]))];
  const first = (name: string) => ways.map(({ states }) => states.get(name)).find(Boolean);
  return new Map(names.map((name) => [name, first(name)]));
}

/**
 * Names of the other database nodes whose host answers a node itself, on MySQL's port, which is open between
 * members. A node that the operator cannot reach may be reachable for its peers.
 */
export async function reachedBy(outputs: StackOutputs, node: string, run: Run): Promise<string[]> {
  const peers = outputs.nodes.filter(({ role, name }) => role === "db" && name !== node);
  const tries = peers.map(
    ({ name, privateIp }) =>
      `if timeout 2 bash -c '</dev/tcp/${privateIp}/3306' 2>/dev/null; then echo ${name}; fi`,
  );
  const answer = await run(outputs, node, tries.join("; "));
  return answer.split("\n").filter((line) => line !== "");
}
