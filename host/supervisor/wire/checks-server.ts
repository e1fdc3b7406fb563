import { createServer, type IncomingMessage, type Server } from "node:http";
import { serverLimits, keepListening, ConnectionLimit, pathOf, send } from "./http-server";

/** TCP port on the private address for the proxies' role checks. */
export const checksPort = 9200;
/**
 * Header in which a proxy reports for each database node whether it reaches that node as the primary:
 * `db-1:0,db-2:1`.
 */
const primariesHeader = "webstack-primaries";
/** Most connections of one address: a proxy runs two checks at a time. */
const addressLimit = 16;

/** Arguments of {@link serveChecks}. */
export interface ChecksArgs {
  /** Private IPv4 address of this node, such as `10.0.4.11`. */
  address: string;
  /** TCP port, such as 9200; 0 takes a free one. */
  port: number;
  /** True if writes may go to this node. */
  isPrimary: () => boolean;
  /** True while the node prepares to hand the role over: writes may go to it, and new sessions should wait. */
  isLeaving: () => boolean;
  /** True if reads may go to this node when its data may be at most this old, milliseconds. */
  isReplica: (limitMs: number) => boolean;
  /** Called with the address that requested `/primary`, and the nodes that it reaches as primaries. */
  onAsked: (address: string, primaries: string[]) => void;
}

/**
 * Answers `GET /primary` and `GET /replica?lag=1s` with 200 or 503, everything else with 404. A primary that is about
 * to hand over answers 404 too: HAProxy then sends that primary no new sessions and keeps the existing ones. Every
 * caller that reaches the port gets an answer; a request changes nothing.
 */
export function serveChecks(args: ChecksArgs): Server {
  const limit = new ConnectionLimit(addressLimit);
  const server = createServer(serverLimits, (call, response) => {
    const { status, body } = check(args, call);
    // Each check has its own connection, and no body is read.
    send(response, status, body, { connection: "close" });
  });
  server.on("connection", (socket) => limit.admit(socket));
  keepListening(server, { host: args.address, port: args.port });
  return server;
}

function check(args: ChecksArgs, call: IncomingMessage): { status: number; body: string } {
  const role = (body: string, has: boolean) => ({ status: has ? 200 : 503, body });
  const path = pathOf(call);
  if (call.method === "GET" && path === "/primary") {
    args.onAsked(call.socket.remoteAddress ?? "", primariesIn(call.headers[primariesHeader]));
    if (args.isPrimary() && args.isLeaving()) return { status: 404, body: "leaving" };
    return role("primary", args.isPrimary());
  }
  if (call.method === "GET" && path === "/replica") {
    const query = new URLSearchParams(call.url?.slice(path.length));
    return role("replica", args.isReplica(durationMs(query.get("lag") ?? "1s")));
  }
  return { status: 404, body: "unknown" };
}

function primariesIn(header: string | string[] | undefined): string[] {
  if (typeof header !== "string") return [];
  return [...header.matchAll(/(?:^|,)([a-z0-9-]+):1(?=,|$)/g)].map(([, name]) => name!);
}

/** Parses `1s`, `500ms` or a bare number of milliseconds; anything else counts as one second. */
export function durationMs(text: string): number {
  const found = /^(\d+)(ms|s)?$/.exec(text);
  return found ? Number(found[1]) * (found[2] === "s" ? 1000 : 1) : 1000;
}
