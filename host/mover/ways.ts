import { Routes } from "../cloud-api/routes";
import { type Caller, Transport } from "../cloud-api/transport";

/** How the mover reaches the API: by itself with the token, or through brokers that have it. */
export type ApiWay = { endpoint: string } | { brokers: readonly { name: string; url: string }[] };

/** Brokers are asked for a sign of life this often; it costs no call to the API. */
const warmMs = 10_000;
/** A broker is in the same private network: longest wait for a connection, milliseconds. */
const brokerConnectMs = 400;

/**
 * The way to the API.
 *
 * @param credential content of a credential of the unit: `token`, or `key`, `cert` and `ca`.
 */
export function callerFor(way: ApiWay, credential: (name: string) => string): Caller {
  const agent = "webstack-mover";
  if ("endpoint" in way) return new Transport(way.endpoint, { agent, token: credential("token") });
  const tls = { key: credential("key"), cert: credential("cert"), ca: credential("ca") };
  const settings = { agent, tls, connectMs: brokerConnectMs };
  const routes = new Routes(way.brokers.map(({ url }) => new Transport(url, settings)));
  const warm = () => void routes.keepWarm("ready");
  warm();
  setInterval(warm, warmMs);
  return routes;
}
