import { Routes } from "../cloud-api/routes";
import { type Caller, Transport } from "../cloud-api/transport";
import { MoveWatch, type Ready } from "./move-watch";

/** How the mover reaches the API: by itself with the token, or through brokers that have it. */
export type ApiWay = { endpoint: string } | { brokers: readonly { name: string; url: string }[] };

/** What a way to the API needs of its mover. */
export interface WaySettings {
  /** Content of a credential of the unit: `token`, or `key`, `cert` and `ca`. */
  credential: (name: string) => string;
  /** Name of this node. */
  node: string;
  /** The other node took the address; told by brokers only. */
  onMove: () => void;
}

/** Brokers are asked for a sign of life this often; it costs no call to the API. */
const warmMs = 2_000;
/** A broker is in the same private network: longest wait for a connection, milliseconds. */
const brokerConnectMs = 400;

/** The way to the API. */
export function callerFor(way: ApiWay, { credential, node, onMove }: WaySettings): Caller {
  const agent = "webstack-mover";
  if ("endpoint" in way) return new Transport(way.endpoint, { agent, token: credential("token") });
  const tls = { key: credential("key"), cert: credential("cert"), ca: credential("ca") };
  const settings = { agent, tls, connectMs: brokerConnectMs };
  const routes = new Routes(way.brokers.map(({ url }) => new Transport(url, settings)));
  const watch = new MoveWatch(node);
  const warm = async () => {
    for (const answer of await routes.keepWarm("ready")) {
      if (watch.isNews(answer as Ready)) onMove();
    }
  };
  void warm();
  setInterval(() => void warm(), warmMs);
  return routes;
}
