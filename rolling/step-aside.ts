import { setTimeout as pause } from "node:timers/promises";
import {
  armed,
  armStepBack,
  startAll,
  stepBackTimer,
  stoppedUnits,
} from "../provider/orderly-stop";
import { edgeStates, holderOf, loadBalancers, switchEdge } from "./edge";
import type { HostNode, Hosts } from "./hosts";

/** Time until every proxy has noticed the stop, milliseconds: the proxies check every second or two. */
const noticedMs = 5_000;
/** Longest stop, milliseconds: MySQL flushes its buffer pool; a worker may have 900 s for its stop. */
const systemdMs = { web: 120_000, app: 960_000, db: 120_000 };
/** Longest start, milliseconds. */
const startMs = 120_000;
/** Minutes until a node returns to service by itself while its units stop. */
const stoppingMinutes = 30;

/** Command, for root, that stops the timer of {@link armStepBack}, if there is one. */
export const disarmStepBack = `systemctl stop ${stepBackTimer}.timer ${stepBackTimer}.service 2>/dev/null || true`;

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
  say(`${name}: stops ${stoppedUnits[role]}`);
  const stop = `sudo ${armed(stoppingMinutes)} && sudo systemctl stop ${stoppedUnits[role]}`;
  const rearm = `{ sudo ${disarmStepBack}; sudo ${armStepBack}; }`;
  await hosts.run(name, `sudo ${disarmStepBack}; ${stop} && ${rearm}`, systemdMs[role]);
  await pause(noticedMs);
}

/** Starts the stopped units again. */
export async function stepBack(hosts: Hosts, { name }: HostNode): Promise<void> {
  await hosts.run(name, `sudo ${disarmStepBack}; sudo ${startAll}`, startMs);
}
