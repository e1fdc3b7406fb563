import { Routes } from "./routes";
import { type Caller, Transport, type TransportSettings } from "./transport";

/** Longest wait for a connection to a relay in the same private network, milliseconds. */
const relayConnectMs = 400;

/** The relays of the load balancers. */
export interface Relays {
  /** Load balancers by name, with their private addresses. */
  gateways: readonly { name: string; privateIp: string }[];
  /** TCP port of each relay. */
  relayPort: number;
}

/** The API through these relays, and directly. @param relays @default the API is called directly alone */
export function relayedApi(
  endpoint: string,
  settings: TransportSettings,
  relays: Relays | undefined,
): RelayedApi {
  const ways = (relays?.gateways ?? []).map(({ name, privateIp: host }): [string, Caller] => {
    const relay = { host, port: relays!.relayPort };
    return [name, new Transport(endpoint, { ...settings, relay, connectMs: relayConnectMs })];
  });
  return new RelayedApi(new Map(ways), new Transport(endpoint, settings));
}

/**
 * Ways to the API through the relays of the load balancers, and directly. The first way of a request is the relay of
 * the load balancer that sent the request: that node is alive, while an earlier answer does not prove that of another
 * node.
 */
export class RelayedApi {
  /**
   * @param relays way through each load balancer, by its name.
   * @param direct way through the cloud's default route.
   */
  constructor(
    private readonly relays: ReadonlyMap<string, Caller>,
    private readonly direct: Caller,
  ) {}

  /** The API for a request of a load balancer. For a `name` that is no load balancer no relay is preferred. */
  for(name: string): Caller {
    const relays = this.relaysFor(name);
    return relays.length === 0 ? this.direct : new Routes([...relays, this.direct]);
  }

  /**
   * As {@link RelayedApi.for}, without the direct way: the direct way needs the default route, which these calls
   * change. Without relays the result is the direct way alone.
   */
  relayedFor(name: string): Caller {
    const relays = this.relaysFor(name);
    return relays.length === 0 ? this.direct : new Routes(relays);
  }

  /** All relays, that of the named load balancer first. */
  private relaysFor(name: string): Caller[] {
    const own = this.relays.get(name);
    const others = [...this.relays.values()].filter((relay) => relay !== own);
    return own ? [own, ...others] : others;
  }

  /** Calls a cheap path on each way, so that its connection is open; resolves with one line for each failure. */
  async keepWarm(path: string): Promise<string[]> {
    const ways = [...this.relays, ["directly", this.direct] as const];
    const answers = await Promise.allSettled(ways.map(([, way]) => way.call("GET", path)));
    return answers.flatMap((answer, i) => {
      if (answer.status === "fulfilled") return [];
      const [name] = ways[i]!;
      const way =
        this.relays.size === 0 ? "" : name === "directly" ? " directly" : ` through ${name}`;
      return [`the Hetzner API cannot be called${way}: ${(answer.reason as Error).message}`];
    });
  }
}
