import { setTimeout as pause } from "node:timers/promises";
import { edgeStates, holderOf, loadBalancers, switchEdge } from "./edge";
import type { HostNode, Hosts } from "./hosts";

/** What is stopped on a node so that others do its work; MySQL gives its role away first. */
const units = { web: "nginx.service", app: "'app@*.service'", db: "mysql.service" };
/** Time until every proxy has noticed, milliseconds: its checks come each second or two. */
const noticedMs = 5_000;
/** Longest time to stop or to start, milliseconds: MySQL writes out what it has in memory. */
const systemdMs = 120_000;

/** Starts whatever belongs to a running host and does not run. */
const startAll = "systemctl start multi-user.target";
const timer = "webstack-step-back";
const disarm = `sudo systemctl stop ${timer}.timer ${timer}.service 2>/dev/null || true`;
/**
 * A host that was told to step aside, and of which nobody thinks any more, takes its work back by
 * itself; a host that loses its power forgets it. Seen with systemd 262.
 */
const arm = `sudo systemd-run --quiet --collect --unit=${timer} --on-active=15min ${startAll}`;

/** Takes the work away from a node without a failed request. A standby load balancer has none. */
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
  await hosts.run(name, `${disarm}; ${arm} && ${stop}`, systemdMs);
  await pause(noticedMs);
}

/** Starts again what was stopped. */
export async function stepBack(hosts: Hosts, { name }: HostNode): Promise<void> {
  await hosts.run(name, `${disarm}; sudo ${startAll}`, systemdMs);
}
