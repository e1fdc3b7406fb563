import * as rolling from "../../rolling/node-states";
import { waitUntil } from "../../rolling/wait-until";
import { hostsOf } from "./hosts";
import type { StackOutputs } from "./outputs";

/** Names of the nodes that are not healthy or do not answer. */
export function outOfService(outputs: StackOutputs): Promise<string[]> {
  return rolling.outOfService(hostsOf(outputs));
}

/**
 * Waits until every node is in service, but for those in `except`.
 *
 * @param intervalMs time between two checks, milliseconds.
 * @throws Error after the deadline with the names of nodes that are not in service.
 */
export async function waitForService(
  outputs: StackOutputs,
  timeoutSeconds: number,
  { intervalMs = 2_000, except = [] }: { intervalMs?: number; except?: readonly string[] } = {},
): Promise<void> {
  const look = async () => {
    const names = (await outOfService(outputs)).filter((name) => !except.includes(name));
    if (names.length > 0) throw new Error(`not in service: ${names.join(", ")}`);
    return true;
  };
  await waitUntil("every node in service", look, { timeoutSeconds, intervalMs });
}
