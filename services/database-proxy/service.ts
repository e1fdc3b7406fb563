import type { Peer } from "../../topology";
import { databaseAside } from "../app/app-aside";
import { packagedHaproxy, haproxyProcess, innerDefaults } from "../haproxy";
import type { Service } from "../service";
import { generatedNotice, text } from "../text";
import { checksPort, primariesHeader } from "../supervisor/supervisor-ports";
import { databasesList, databasesListPath, slotsLua, slotsPath } from "./slots";
import { longestWaitSeconds, waitLua, waitPath } from "./wait-lua";

/** Facts about a node that the database proxy's part depends on. */
export interface DatabaseProxyFacts {
  /** Database nodes, in order; at least one. */
  databases: readonly Peer[];
  /** All database nodes that the stack has or may get, in order. */
  databaseSlots: readonly Peer[];
  /** The other nodes of the tier. */
  peers: readonly Peer[];
  /** Processes of the app on each node; 0 where the web nodes alone answer. */
  processes: number;
}

/**
 * The proxy through which programs of its host reach the present primary and the replicas. An edit of `db.nodes` changes
 * the list alone, and neither reloads nor restarts the proxy.
 */
export const databaseProxy: Service<DatabaseProxyFacts> = {
  name: "database-proxy",
  openings: [],
  part: ({ databases, databaseSlots, peers, processes }) => {
    if (databases.length === 0) throw new Error("databases must name at least one node, got []");
    return packagedHaproxy({
      config: dbProxyCfg(databaseSlots),
      programs: { [waitPath]: waitLua(), [slotsPath]: slotsLua() },
      live: { [databasesListPath]: databasesList(databases) },
      aside: databaseAside(peers, processes),
      // A reload cuts the sessions of the old worker. Behind an orderly stop of what has sessions, a restart cuts none.
      restarts: peers.length > 0,
    });
  },
};

/**
 * Lines of a backend whose servers get sessions only after a check that passed. HAProxy before 3.1 takes a server for one
 * that is up until a check fails.
 */
const downAtFirst: readonly string[] = [
  ".if version_atleast(3.1)",
  "  default-server init-state down",
  ".endif",
];

/**
 * Renders `/etc/haproxy/haproxy.cfg` of an app node: writes go to the primary, reads to replicas,
 * according to role checks of the database nodes. Both listening addresses never change. The servers are all that the
 * stack may get; see `slots.ts` for those in use.
 *
 * Directives: https://docs.haproxy.org/3.2/configuration.html
 */
function dbProxyCfg(slots: readonly Peer[]): string {
  const servers = slots.map(({ name, privateIp }) => `server ${name} ${privateIp}:3306 disabled`);
  const tracked = slots.map(
    ({ name, privateIp }) => `server ${name} ${privateIp}:3306 no-check track primary/${name}`,
  );
  const primaries = slots.map(({ name }) => `${name}:%[srv_is_up(primary/${name})]`).join(",");
  return text`
    ${generatedNotice}
    global
      ${haproxyProcess}
      maxconn 4000
      hard-stop-after 60s
      stats socket /run/haproxy/admin.sock mode 660 level admin
      # Later versions warn without it, earlier ones do not know it.
      .if version_atleast(3.1)
        tune.lua.bool-sample-conversion normal
      .endif
      lua-load ${waitPath}
      # Takes the servers that ${databasesListPath} names into use; the others stay disabled, and are not checked.
      lua-load ${slotsPath}

    defaults
      mode tcp
      ${innerDefaults}
      timeout check 400ms
      # Connection pools keep connections open for hours; keep-alive probes detect lost peers.
      timeout client 8h
      timeout server 8h
      option clitcpka
      option srvtcpka
      retries 2
      # A node without the role is checked often, because writes wait until the new primary is found.
      # Sessions with a node that lost its role are closed at once, so that no write reaches an old primary.
      default-server check port ${checksPort} inter 500ms fastinter 100ms downinter 100ms fall 2 rise 1 on-marked-down shutdown-sessions

    frontend write
      bind 127.0.0.1:3306
      # The action ends before the delay is over, which would refuse the session.
      tcp-request inspect-delay ${longestWaitSeconds + 3}s
      tcp-request content lua.wait-for-primary
      default_backend primary

    frontend read
      bind 127.0.0.1:3307
      tcp-request inspect-delay ${longestWaitSeconds + 3}s
      tcp-request content lua.wait-for-reader
      # Without a healthy replica the primary serves reads too.
      use_backend primary-reads if { nbsrv(replicas) eq 0 }
      default_backend replicas

    backend primary
      option httpchk
      # A primary that answers 404 is about to hand over: it keeps its sessions, and new ones wait for the next primary.
      http-check disable-on-404
      # Each check tells its node which primary this proxy reaches, since the node itself may not reach it.
      http-check send meth GET uri /primary hdr ${primariesHeader} ${primaries}
      ${downAtFirst}
      ${servers}

    backend primary-reads
      # HAProxy demands it of a backend that tracks one with it.
      http-check disable-on-404
      ${tracked}

    backend replicas
      balance leastconn
      option httpchk GET /replica?lag=1s
      ${downAtFirst}
      ${servers}

    frontend status
      mode http
      bind 127.0.0.1:8404
      timeout client 10s
      http-request use-service prometheus-exporter if { path /metrics }
      stats enable
      stats uri /
      no log
  `;
}
