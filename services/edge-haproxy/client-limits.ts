import { unlessTrusted } from "./client-address";
import type { EdgeRules } from "./edge-rules";
import { ifLasting, unlessLasting } from "./lasting";

/** Time over which a client's requests and connections are counted, seconds. */
const windowSeconds = 10;

/** Factor by which a client may exceed its average rate over {@link windowSeconds} within one second. */
const burst = 1.5;

/** HAProxy logs one refusal out of this number. */
const loggedOf = 100;

/** A client's IPv4 address, or its IPv6 network of 64 bits: one client usually has a whole such network. */
const client = "src,ipmask(32,64)";

/** Rules that close a connection over the limits at once, before TLS and without a line in the log. */
export function connectionRules(rules: EdgeRules, maxConnections: number): string[] {
  const { requestsPerSecond, connections = connectionsOfOneAddress(maxConnections) } = rules.limits;
  return [
    "# A listener that is full would stand still for all. What is over is closed at once, before TLS and the log.",
    `tcp-request connection reject if { fe_conn gt ${maxConnections - reservedConnections} }`,
    `tcp-request connection track-sc0 ${client} table holders${unlessTrusted(rules)}`,
    `tcp-request connection reject if { sc0_conn_cur gt ${connections} }`,
    "# More connections than requests that it may send: not even TLS is begun for them.",
    `tcp-request connection reject if { sc0_conn_rate gt ${requestsPerSecond * windowSeconds} }`,
  ];
}

/**
 * Rules by which HAProxy answers requests over a limit with 429: over the rate, until the client's rate has been below
 * the limit for a while; over the number of concurrent requests, until one of them ends. No web node gets such a
 * request, and HAProxy logs one in a hundred. `lastingRules` come before.
 *
 * @param webNodes number of web nodes.
 * @param peer address of the other load balancer, whose health checks are not counted.
 */
export function requestRules({ limits }: EdgeRules, webNodes: number, peer?: string): string[] {
  const { requestsPerSecond } = limits;
  const fromVisitor = peer === undefined ? "" : ` !{ src ${peer} }`;
  const share = (perWebNode: number) => concurrencyPerClient(perWebNode, webNodes);
  const atOnce = [
    ["requests", unlessLasting, limits.requestsAtOnce ?? share(requestsPerWebNode)],
    ["lasting", ifLasting, limits.lastingAtOnce ?? share(lastingPerWebNode)],
  ] as const;
  return [
    `http-request track-sc1 ${client} table clients${peer === undefined ? "" : ` unless { src ${peer} }`}`,
    "http-request sc-inc-gpc0(1)",
    `acl too_many sc1_http_req_rate gt ${requestsPerSecond * windowSeconds}`,
    `acl too_many sc1_gpc0_rate gt ${Math.ceil(requestsPerSecond * burst)}`,
    ...atOnce.map(
      ([kind, condition]) =>
        `http-request track-sc3 ${client} table ${kind}_at_once if ${condition}${fromVisitor}`,
    ),
    ...atOnce.map(
      ([, condition, most]) =>
        `http-request set-var(txn.crowds) bool(true) if ${condition} { sc_conn_cur(3) gt ${most} }`,
    ),
    "acl too_many var(txn.crowds) -m bool",
    `http-request set-log-level silent if too_many !{ rand(${loggedOf}) eq 0 }`,
    `http-request deny deny_status 429 content-type text/plain string "Too many requests\\n" hdr Retry-After ${windowSeconds} if too_many`,
  ];
}

/**
 * Line of `global`: the counter of concurrent requests is the fourth, so that the third is free for lines of the stack
 * file.
 */
export const countersOfClients = "tune.stick-counters 4";

/** Stick tables of the rules. */
export function limitTables(): string[] {
  return [
    "# Both load balancers know the clients' rates, so a limit survives a failover.",
    "backend clients",
    `  stick-table type ipv6 size 100k expire 10m store http_req_rate(${windowSeconds}s),gpc0_rate(1s) peers edge`,
    "",
    "# Connections that each address has to this process. The other load balancer's are not added to them.",
    "backend holders",
    `  stick-table type ipv6 size 100k expire 1m store conn_cur,conn_rate(${windowSeconds}s)`,
    "",
    "# Concurrent requests of each client in this process. A peer's numbers would replace them.",
    ...["requests", "lasting"].flatMap((kind) => [
      `backend ${kind}_at_once`,
      "  stick-table type ipv6 size 100k expire 1m store conn_cur",
    ]),
  ];
}

/**
 * Concurrent connections that a load balancer's HAProxy accepts. Each needs two open files: one towards the client,
 * one towards a web node.
 */
export const edgeConnections = 9_500;

/** Connections reserved for health checks and for the peer's stick table; visitors never get them. */
export const reservedConnections = 100;

/**
 * Default limit of concurrent connections from one address, or from one IPv6 network of 64 bits: a quarter of the
 * visitors' connections. All users behind one address of a provider or an office share the quarter, so it is large;
 * three quarters remain for all other addresses.
 *
 * @param maxConnections concurrent connections that HAProxy accepts in all.
 */
export function connectionsOfOneAddress(maxConnections: number): number {
  return Math.floor((maxConnections - reservedConnections) / 4);
}

/** Largest number of concurrent requests from one load balancer to one web node; further requests queue. */
export const requestsPerWebNode = 512;

/**
 * The same limit for WebSockets and other requests that may last: Nginx on one processor has 4096 connections, and a
 * request takes two.
 */
export const lastingPerWebNode = 1400;

/**
 * Default limit of one client's concurrent requests: a quarter of what all web nodes take. A client with an IPv4 and an
 * IPv6 address counts as two clients, and so gets half.
 *
 * @param perWebNode concurrent requests that one web node takes.
 */
function concurrencyPerClient(perWebNode: number, webNodes: number): number {
  return Math.floor((perWebNode * webNodes) / 4);
}
