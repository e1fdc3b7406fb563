import { setTimeout as pause } from "node:timers/promises";
import type { SwitchEvidence } from "../../prove/assumption";
import { Prober } from "../drill/prober";
import { Probers } from "../drill/probers";
import { edgeStates, holderOf, loadBalancers, switchEdge } from "../operate/edge";
import type { StackOutputs } from "../operate/outputs";

/** Requests a second of each of the two probers. */
const perSecond = 25;
/** Watched time before and after the move, milliseconds. */
const aroundMs = 2_000;

/**
 * Moves the address to the other load balancer as `npm run edge:switch` does, under requests from this machine, and
 * tells what they saw: half of them have a connection of their own, half share lasting ones.
 *
 * @throws Error before any change if no load balancer has the address, or the other one could not take over.
 */
export async function movedUnderRequests(
  outputs: StackOutputs,
  say: (text: string) => void,
): Promise<SwitchEvidence> {
  const from = holderOf(await edgeStates(outputs));
  if (from === undefined) throw new Error("no load balancer has the address");
  const to = loadBalancers(outputs).find((name) => name !== from)!;
  const url = `http://${outputs.floatingIp.ipv4}/healthz`;
  const probers = new Probers([
    new Prober(url, perSecond, false),
    new Prober(url, perSecond, true),
  ]);
  try {
    await pause(aroundMs);
    await switchEdge(outputs, from, to, say);
    await pause(aroundMs);
  } finally {
    await probers.stop();
  }
  const { requests, failed, slowestMs, outageMs } = probers.seen();
  return { from, to, requests, failed, slowestMs, outageMs };
}
