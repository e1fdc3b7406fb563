import { waitUntil } from "../../rolling/wait-until";
import { cloudFloatingIps, cloudGet, cloudServers, type ListedFloatingIp } from "../local/cloud";
import { resetRateLimit } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";

interface WireAction {
  id: number;
  command: string;
  status: string;
}

/** The floating IPv4 address; the IPv6 address moves together with it. */
async function floatingIp(): Promise<ListedFloatingIp | undefined> {
  return (await cloudFloatingIps()).find(({ type }) => type === "ipv4");
}

/** The load balancer that has the floating IP. @throws Error if none has it. */
export async function holder(): Promise<string> {
  const address = await floatingIp();
  const name = (await cloudServers()).find(({ id }) => id === address?.server)?.name;
  if (!name) throw new Error("no load balancer has the floating IP");
  return name;
}

/** Ids of the moves of the floating IP so far. */
export async function moves(): Promise<number[]> {
  const { actions } = await cloudGet<{ actions: WireAction[] }>(
    `/floating_ips/${(await floatingIp())?.id}/actions?per_page=50&sort=id:desc`,
  );
  return actions.filter(({ command }) => command === "assign_floating_ip").map(({ id }) => id);
}

/** Last VRRP state that keepalived reported on a load balancer. */
export async function vrrpState(outputs: StackOutputs, node: string): Promise<string> {
  return (await runOnNode(outputs, node, "sudo cat /run/webstack-mover/vrrp-state")).trim();
}

/** Command that checks that keepalived's VRRP process holds the pipe to the mover open. */
const pipeOfKeepalived = [
  "main=$(systemctl show --property MainPID --value keepalived)",
  "child=$(tr -d ' ' < /proc/$main/task/$main/children)",
  "sudo ls -l /proc/$child/fd | grep -c /run/webstack/vrrp.fifo || true",
].join("; ");

/**
 * Waits for the edge's normal state: one master with the floating IP, and one standby, both
 * healthy for a while. Restarts the movers and resets the project's count of calls: drills would reach the
 * limits of four moves in ten minutes and 3 600 calls per hour.
 */
export async function waitForNormal(outputs: StackOutputs, timeoutSeconds = 90): Promise<void> {
  await resetRateLimit();
  const nodes = outputs.nodes.filter(({ role }) => role === "lb").map(({ name }) => name);
  await waitUntil(
    "the edge in its normal state",
    async () => {
      const states = await Promise.all(nodes.map((node) => vrrpState(outputs, node)));
      const master = nodes[states.indexOf("MASTER")];
      const summary = nodes.map((node, i) => `${node} ${states[i]}`).join(", ");
      if ([...states].sort().join() !== "BACKUP,MASTER") throw new Error(summary);
      if (master !== (await holder())) {
        // After a failure of keepalived alone, the master may lack the floating IP; a restart makes the holder master.
        await runOnNode(outputs, master!, "sudo systemctl restart keepalived");
        throw new Error(`${summary}; the floating IP is with the other`);
      }
      const health = await Promise.all(
        nodes.map((node) => runOnNode(outputs, node, "cat /run/webstack/edge-health")),
      );
      if (health.some((text) => text.trim() !== "0")) throw new Error("HAProxy is not healthy");
      const pipes = await Promise.all(
        nodes.map((node) => runOnNode(outputs, node, pipeOfKeepalived)),
      );
      if (pipes.some((count) => count.trim() !== "1")) {
        throw new Error("keepalived does not tell a mover its state");
      }
      return true;
    },
    { timeoutSeconds, intervalMs: 500 },
  );
  for (const node of nodes) await runOnNode(outputs, node, "sudo systemctl restart webstack-mover");
}
