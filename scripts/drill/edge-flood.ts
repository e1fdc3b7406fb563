import { setTimeout as pause } from "node:timers/promises";
import {
  connectionsOfOneAddress,
  edgeConnections,
} from "../../services/edge-haproxy/client-limits";
import type { StackOutputs } from "../operate/outputs";
import type { Drill, Measured } from "./drill";
import { watched } from "./edge-watch";
import { IdleConnections } from "./greedy";

/** Number of connections: more than HAProxy accepts from all clients together. */
const wanted = 9_600;
/** Time for which the connections stay open, milliseconds; HAProxy ends an idle connection after 30 s. */
const keptMs = 20_000;

/**
 * The client connects over IPv6 and the visitors over IPv4: over one protocol, one machine would be one client.
 *
 * @throws Error if the client gets more than the share of one address.
 */
async function flood(outputs: StackOutputs): Promise<Measured> {
  const { ipv4, ipv6 } = outputs.floatingIp;
  if (ipv6 === undefined) throw new Error("the flood needs a floating IPv6 address");
  const client = new IdleConnections(ipv6, 443, wanted);
  const visitors = { ...outputs, floatingIp: { ipv4 } };
  let held = 0;
  const measured = await watched(visitors, 2_000, async ({ mark }) => {
    client.start();
    await pause(keptMs);
    held = client.held();
    client.stop();
    mark("flood over");
  }).finally(() => client.stop());
  const share = connectionsOfOneAddress(edgeConnections);
  const summary = `${held} of ${wanted} connections held, ${share} are the share of one address`;
  const { requests, failed, moves } = measured;
  if (held > share) {
    throw new Error(`${summary}; ${failed} of ${requests} requests failed, ${moves} moves`);
  }
  return { ...measured, notes: [summary, ...(measured.notes ?? [])] };
}

/** Clients that request more than their share. */
export const floodDrills: readonly Drill[] = [
  {
    id: "F45b",
    title: "a client keeps 9 600 idle connections open",
    boundMs: 0,
    moves: [0, 0],
    failed: 0,
    run: flood,
  },
];
