import { alwaysRestarted } from "./unit-files";
import { type BundleAside, type BundleHealth, rootFile } from "./bundle";
import type { ServicePart } from "./service";
import { proxySandbox } from "./unit-sandbox";

/** First lines of `global` of every HAProxy on a host: user, group and log. */
export const haproxyProcess: readonly string[] = [
  "log /dev/log local0",
  "user haproxy",
  "group haproxy",
];

/**
 * Ends a connection with one closed side and one silent side. Without these timeouts a WebSocket whose visitor has
 * left, unnoticed by the app, would take up a connection until `timeout tunnel`.
 * https://docs.haproxy.org/3.2/configuration.html#4.2-timeout%20client-fin
 */
export const endsWithOneSide = ["timeout client-fin 30s", "timeout server-fin 30s"];

/**
 * Makes HAProxy send at once. By default it holds the end of a response's data for 200 ms, in case more data follows:
 * each event of a stream would wait 200 ms in each of three HAProxies.
 */
export const sendsAtOnce = "option http-no-delay";

/**
 * After a reload the old worker closes a connection with the response to its next request, which says so. Without this
 * option the old worker closes idle connections at once, and a request that is just being sent on such a connection
 * fails unless HAProxy may repeat it.
 * https://docs.haproxy.org/3.2/configuration.html#4.2-option%20idle-close-on-response
 */
export const closesWithResponse = "option idle-close-on-response";

/** Lines of `defaults` of every HAProxy inside the stack: a short timeout for a server that accepts no connection. */
export const innerDefaults: readonly string[] = [
  "log global",
  "option dontlognull",
  "timeout connect 1s",
  "timeout queue 5s",
];

/**
 * Lines of `global` of every HAProxy behind the load balancers: larger buffers than theirs, and more headers, since
 * each proxy adds headers to what the load balancers accepted. Defaults: 16384 bytes, of which `tune.maxrewrite` (1024)
 * stay free, and 101 headers.
 * https://docs.haproxy.org/3.2/configuration.html#tune.bufsize
 */
export const innerBuffers: readonly string[] = ["tune.bufsize 32768", "tune.http.maxhdr 128"];

/** Configuration of the distribution's HAProxy. */
export const haproxyConfigPath = "/etc/haproxy/haproxy.cfg";

const dropInPath = "/etc/systemd/system/haproxy.service.d/webstack.conf";

/** How the distribution's HAProxy is run. */
export interface PackagedHaproxy {
  /** Whole configuration. */
  config: string;
  /** Health check. @default systemd's state `active` is enough */
  health?: BundleHealth;
  /** Secret files that HAProxy reads at a start and at a reload. @default none */
  needs?: readonly string[];
  /** Further files that HAProxy reads, whole texts by absolute path. @default none */
  programs?: Readonly<Record<string, string>>;
  /** Files that HAProxy's programs read anew while it runs, whole texts by absolute path. @default none */
  live?: Readonly<Record<string, string>>;
  /** True if HAProxy restarts where it would reload. @default false */
  restarts?: boolean;
  /** Preparation of a restart. @default nothing: no other node could take the work */
  aside?: BundleAside | undefined;
}

/** Part of a service that runs the distribution's HAProxy with the given configuration. */
export function packagedHaproxy({
  config,
  health,
  needs = [],
  programs = {},
  live = {},
  restarts = false,
  aside,
}: PackagedHaproxy): ServicePart {
  const read = [haproxyConfigPath, ...Object.keys(programs), ...needs];
  return {
    packages: ["haproxy"],
    files: {
      [haproxyConfigPath]: rootFile(config),
      ...Object.fromEntries(
        Object.entries({ ...programs, ...live }).map(([path, whole]) => [path, rootFile(whole)]),
      ),
      [dropInPath]: rootFile(alwaysRestarted(100, proxySandbox)),
    },
    checks: [
      {
        files: [...read, ...Object.keys(live)],
        command: ["/usr/sbin/haproxy", "-c", "-f", haproxyConfigPath],
        ...(needs.length > 0 ? { needs: [...needs] } : {}),
      },
    ],
    unitFiles: { dropIns: [dropInPath], packaged: ["haproxy.service"] },
    services: [
      {
        unit: "haproxy.service",
        reloadFiles: restarts ? [] : read,
        restartFiles: [dropInPath, ...(restarts ? read : [])],
        needs: [...needs],
        ...(health ? { health } : {}),
        ...(aside ? { aside } : {}),
      },
    ],
  };
}

/** Which process of the app gets a request: the least busy one, or the one of the client's address. */
export type Affinity = "none" | "client";

/**
 * Server key of a consistent hash in HAProxy: a node's address, or address and port of a process. Neither depends on a
 * server's place in the configuration, so proxies with different configurations agree on the servers that both have.
 */
export type ServerKey = "addr" | "addr-port";

/**
 * Client of a request, as the load balancers determined it: an IPv4 address, or an IPv6 network of 64 bits, since one
 * client often has several addresses of such a network. The expression takes the last value of the header; a request
 * without the header gets the next server in turn.
 */
const client = "req.hdr_ip(X-Forwarded-For,-1),ipmask(32,64)";

/**
 * Weight of each server: HAProxy puts 16 points for each unit onto the hash ring. Of six equal processes the busiest
 * had 2.3 times the clients of the least busy one with the weight 1, and 1.2 times with 64 (HAProxy 3.2.26, 1200 addresses).
 */
const weight = 64;

/**
 * Lines of a HAProxy backend that choose the server of a request.
 *
 * HAProxy 3.0 and later: https://docs.haproxy.org/3.2/configuration.html#5.2-hash-key
 *
 * @param key differs between two proxies in a row: with equal keys both would choose by the same part of the hash, and
 * some processes would get no client.
 */
export function balanceLines(affinity: Affinity, key: ServerKey): string[] {
  if (affinity === "none") return ["balance leastconn"];
  return [
    "# The same server for each client, whichever proxy chooses. A server that leaves moves its own clients alone.",
    `balance hash ${client}`,
    "hash-type consistent",
    `default-server weight ${weight} hash-key ${key}`,
  ];
}
