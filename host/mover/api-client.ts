import { DefaultRoute } from "../cloud-api/default-route";
import { Routes } from "../cloud-api/routes";
import { type Caller, Transport } from "../cloud-api/transport";
import type { Answer } from "./gateway";

/** How the mover reaches the API: directly with the token, or through brokers that have it. */
export type ApiAccess =
  { endpoint: string } | { brokers: readonly { name: string; url: string }[] };

/** Dependencies of the mover's API client. */
export interface ApiClientArgs {
  /** Reads a systemd credential of the unit: `token`, or `key`, `cert` and `ca`. */
  credential: (name: string) => string;
  /** Name of this node. */
  node: string;
  /** Called when the other load balancer took the address; only brokers report that. */
  onMove: () => void;
}

/** Interval of status requests to the brokers, milliseconds; they cause no API call. */
const warmMs = 2_000;

/** Longest wait for a connection to a broker in the same private network, milliseconds. */
const brokerConnectMs = 400;

/** Creates the mover's API client. */
export function apiClient(way: ApiAccess, { credential, node, onMove }: ApiClientArgs): Caller {
  const agent = "webstack-mover";
  if ("endpoint" in way) return new Transport(way.endpoint, { agent, token: credential("token") });
  const tls = { key: credential("key"), cert: credential("cert"), ca: credential("ca") };
  const settings = { agent, tls, connectMs: brokerConnectMs };
  const routes = new Routes(way.brokers.map(({ url }) => new Transport(url, settings)));
  const watch = new MoveWatch(node);
  const warm = async () => {
    for (const answer of await routes.keepWarm("ready")) {
      if (watch.isMoveByPeer(answer as BrokerStatus)) onMove();
    }
  };
  void warm();
  setInterval(() => void warm(), warmMs);
  return routes;
}

/** Request for the default route of the private network: by the brokers, or with the token. */
export function routeRequest(
  way: ApiAccess,
  client: Caller,
  { network, gateway }: { network: number; gateway: string },
): () => Promise<Answer> {
  if ("brokers" in way) {
    return async () => ((await client.call("POST", "gateway")) as { gateway: Answer }).gateway;
  }
  const route = new DefaultRoute(network);
  return async () => {
    await route.lead(client, gateway);
    return "here";
  };
}

/** Answer of a broker to `GET ready`. */
interface BrokerStatus {
  /** Unique id of the broker process. */
  run: string;
  /** Number of assigns made by that process. */
  moves: number;
  /** Name of the load balancer of the last assign. */
  by?: string;
}

/** Detects from the brokers' answers that the other load balancer took the address. */
export class MoveWatch {
  private readonly seen = new Map<string, number>();

  constructor(private readonly node: string) {}

  /** True if the other load balancer took the address since this broker's last answer. */
  isMoveByPeer({ run, moves, by }: BrokerStatus): boolean {
    const before = this.seen.get(run);
    this.seen.set(run, moves);
    return before !== undefined && moves > before && by !== this.node;
  }
}
