import { setTimeout as pause } from "node:timers/promises";
import { edgeStates, holderOf, loadBalancers, switchEdge } from "./edge";
import type { StackNode, StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

/** What is stopped on a node so that others do its work; MySQL gives its role away first. */
const units = { web: "nginx.service", app: "'app@*.service'", db: "mysql.service" };
/** Time until every proxy has noticed, milliseconds: its checks come each second or two. */
const noticedMs = 5_000;

/** Takes the work away from a node without a failed request. A standby load balancer has none. */
export async function stepAside(
  outputs: StackOutputs,
  { name, role }: StackNode,
  say: (text: string) => void,
): Promise<void> {
  if (role === "lb") {
    if (holderOf(await edgeStates(outputs)) !== name) return;
    const other = loadBalancers(outputs).find((one) => one !== name)!;
    return switchEdge(outputs, name, other, say);
  }
  say(`${name}: stops ${units[role]}`);
  await runOnNode(outputs, name, `sudo systemctl stop ${units[role]}`, 120_000);
  await pause(noticedMs);
}

/** Starts again what was stopped. */
export async function stepBack(outputs: StackOutputs, { name }: StackNode): Promise<void> {
  // Starts whatever belongs to a running host and does not run.
  await runOnNode(outputs, name, "sudo systemctl start multi-user.target", 120_000);
}
