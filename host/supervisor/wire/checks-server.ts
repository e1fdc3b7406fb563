import { createServer, type IncomingMessage, type Server } from "node:http";
import { bounds, keepListening } from "./bounded-server";
import { ConnectionLimit } from "./connection-limit";
import { pathOf, send } from "./json-http";
import { durationMs } from "./roles";

/** Port on the private address where the proxies ask for roles. */
export const checksPort = 9200;
/** Header in which a proxy says of each database node whether it reaches it as the primary: `db-1:0,db-2:1`. */
const primariesHeader = "webstack-primaries";
/** Most connections of one address: a proxy has two checks under way. */
const addressLimit = 16;

/** What the proxies' checks depend on. */
export interface ChecksArgs {
  /** Own private IPv4 address, such as `10.0.4.11`. */
  address: string;
  /** TCP port, such as 9200; 0 takes a free one. */
  port: number;
  /** True if writes may go to this node. */
  isPrimary: () => boolean;
  /** True if reads may go to this node whose data is at most so old, milliseconds. */
  isReplica: (limitMs: number) => boolean;
  /** Learns from which address `/primary` is asked for, and which nodes are reached as primaries from there. */
  onAsked: (address: string, primaries: string[]) => void;
}

/**
 * Answers `GET /primary` and `GET /replica?lag=1s` with 200 or 503, and everything else with 404.
 * Whoever reaches the port may ask; a call changes nothing.
 */
export function serveChecks(args: ChecksArgs): Server {
  const limit = new ConnectionLimit(addressLimit);
  const server = createServer(bounds, (call, response) => {
    const { status, body } = check(args, call);
    // A check has a connection of its own, and a body is not read.
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
