import { setTimeout as pause } from "node:timers/promises";
import { edgeStates, holderOf, loadBalancers, switchEdge } from "./edge";
import type { HostNode, Hosts } from "./hosts";

/** Units to stop on a node so that other nodes take over; MySQL first hands over the primary role. */
const units = { web: "nginx.service", app: "'app@*.service'", db: "mysql.service" };
/** Time until every proxy has noticed the stop, milliseconds: the proxies check every second or two. */
const noticedMs = 5_000;
/** Longest stop or start, milliseconds: MySQL flushes its buffer pool. */
const systemdMs = 120_000;

/** Command that starts all stopped units of a running host. */
const startAll = "systemctl start multi-user.target";
const timer = "webstack-step-back";
/** Command, for root, that stops the timer of {@link armStepBack}, if there is one. */
export const disarmStepBack = `systemctl stop ${timer}.timer ${timer}.service 2>/dev/null || true`;
/**
 * Command, for root, that arms a timer: a drained host without a further command returns to service by itself. A
 * power failure removes the timer. Tried with systemd 262.
 */
export const armStepBack = `systemd-run --quiet --collect --unit=${timer} --on-active=15min ${startAll}`;

/** Drains a node without a failed request. A standby load balancer has no requests to drain. */
export async function stepAside(
  hosts: Hosts,
  { name, role }: HostNode,
  say: (text: string) => void,
): Promise<void> {
  if (role === "lb") {
    if (holderOf(await edgeStates(hosts)) !== name) return;
    const other = loadBalancers(hosts).find((one) => one !== name)!;
    return switchEdge(hosts, name, other, say);
  }
  say(`${name}: stops ${units[role]}`);
  const stop = `sudo systemctl stop ${units[role]}`;
  await hosts.run(name, `sudo ${disarmStepBack}; sudo ${armStepBack} && ${stop}`, systemdMs);
  await pause(noticedMs);
}

/** Starts the stopped units again. */
export async function stepBack(hosts: Hosts, { name }: HostNode): Promise<void> {
  await hosts.run(name, `sudo ${disarmStepBack}; sudo ${startAll}`, systemdMs);
}
