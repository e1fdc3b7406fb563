import { setTimeout as pause } from "node:timers/promises";
import { appUnits, quotedUnits } from "../services/app/unit-patterns";
import { edgeStates, holderOf, loadBalancers, switchEdge } from "./edge";
import type { HostNode, Hosts } from "./hosts";

/**
 * Units to stop on a node so that other nodes take over. The last process of an app node announces its stop before;
 * MySQL first hands over the primary role.
 */
const units = { web: "nginx.service", app: quotedUnits(appUnits), db: "mysql.service" };
/** Time until every proxy has noticed the stop, milliseconds: the proxies check every second or two. */
const noticedMs = 5_000;
/** Longest stop, milliseconds: MySQL flushes its buffer pool; a worker may have 900 s for its stop. */
const systemdMs = { web: 120_000, app: 960_000, db: 120_000 };
/** Longest start, milliseconds. */
const startMs = 120_000;
/** Minutes until a drained node returns by itself, while its units stop and afterwards. */
const minutes = { stopping: 30, drained: 15 };

/** Command that starts all stopped units of a running host; timers are part of another target. */
const startAll = "systemctl start multi-user.target timers.target";
const timer = "webstack-step-back";
/** Command, for root, that stops the timer of {@link armStepBack}, if there is one. */
export const disarmStepBack = `systemctl stop ${timer}.timer ${timer}.service 2>/dev/null || true`;

function armed(after: number): string {
  return `systemd-run --quiet --collect --unit=${timer} --on-active=${after}min ${startAll}`;
}

/**
 * Command, for root, that arms a timer: a drained host without a further command returns to service by itself. A
 * power failure removes the timer. Tried with systemd 262.
 */
export const armStepBack = armed(minutes.drained);

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
  const stop = `sudo ${armed(minutes.stopping)} && sudo systemctl stop ${units[role]}`;
  const rearm = `{ sudo ${disarmStepBack}; sudo ${armStepBack}; }`;
  await hosts.run(name, `sudo ${disarmStepBack}; ${stop} && ${rearm}`, systemdMs[role]);
  await pause(noticedMs);
}

/** Starts the stopped units again. */
export async function stepBack(hosts: Hosts, { name }: HostNode): Promise<void> {
  await hosts.run(name, `sudo ${disarmStepBack}; sudo ${startAll}`, startMs);
}
