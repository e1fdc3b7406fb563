import type { Peer } from "../../topology";
import {
  balanceLines,
  closesWithResponse,
  haproxyProcess,
  innerBuffers,
  innerDefaults,
  sendsAtOnce,
  endsWithOneSide,
} from "../haproxy";
import { appPort, appPorts, type AppProgram } from "../app/app-program";
import { balancerHost } from "../app-balancer/app-balancer-cfg";
import { innerDefaultServer, innerServer } from "../inner-tls";
import { generatedNotice, text } from "../text";
import { proxyTimeouts, type WebRequests } from "../requests";

/** Arguments of the proxy's `haproxy.cfg`. */
export interface AppProxyCfgArgs {
  /** App nodes, in order; at least one. */
  appNodes: readonly Peer[];
  /** Whether the app itself or a balancer listens for requests on app nodes, and which node gets a request. */
  program: Pick<AppProgram, "sharesPort" | "affinity">;
  /** Limits on visitors' requests. */
  requests: WebRequests;
  /** True if the connections to app nodes use TLS. @default false */
  innerTls?: boolean | undefined;
}

/**
 * Seconds for which Nginx keeps an idle connection to the proxy, which keeps it longer. After a reload the old proxy,
 * which no longer checks the app nodes, gets requests on these connections for so long.
 */
export const idleSeconds = 5;
/** Health check URL of the proxy on its own host. */
export const appProxyHealthUrl = "http://127.0.0.1:8404/healthz";

/**
 * Renders `/etc/haproxy/haproxy.cfg` of a web node, HAProxy 3.0 and later: requests go to the app nodes
 * that answer.
 *
 * Directives: https://docs.haproxy.org/3.2/configuration.html
 */
export function appProxyCfg(args: AppProxyCfgArgs): string {
  const { appNodes, program, requests, innerTls = false } = args;
  if (appNodes.length === 0) throw new Error("appNodes must name at least one node, got []");
  const timeouts = proxyTimeouts(requests);
  const servers = appNodes.map((node) => innerServer(node, appPorts, innerTls));
  const balance = balanceLines(program.affinity, "addr");
  // With TLS a balancer terminates it on every app node.
  const isDirect = program.sharesPort && !innerTls;
  return text`
    ${generatedNotice}
    global
      ${haproxyProcess}
      # A connection uses two files; a host of the local cloud may open 20 000.
      maxconn 8000
      ${innerBuffers}
      # After a reload old workers keep long connections, such as WebSockets; reloads are rare.
      hard-stop-after ${timeouts.innerReload}
      stats socket /run/haproxy/admin.sock mode 660 level admin

    defaults
      mode http
      ${innerDefaults}
      ${sendsAtOnce}
      ${closesWithResponse}
      timeout check 500ms
      # Nginx's timeouts are shorter, so that Nginx logs which request took too long.
      timeout server ${timeouts.appProxy}
      # Nginx stops reading a response while its client is slow.
      timeout client ${timeouts.uncounted}
      timeout http-keep-alive ${idleSeconds + 15}s
      timeout tunnel ${timeouts.idle}
      ${endsWithOneSide}
      # Every retry goes to another node.
      retries 2
      option redispatch 1
      # A request that may have had an effect is never sent twice: only a GET or HEAD that waits for a node that is
      # marked down, or that a node without a process answered with 502, is sent to another node.
      retry-on conn-failure empty-response 502 503
      ${isDirect ? closedByTheApp() : ["http-reuse safe"]}

    # A name other than a backend's: of two proxies with one name HAProxy reports only the first one's metrics.
    frontend requests
      bind 127.0.0.1:${appPort}
      # Only failures are logged here, since Nginx logs every request.
      option httplog
      option dontlog-normal
      # If the checks of all nodes fail, the checks are more likely wrong than all nodes dead.
      use_backend any if { nbsrv(app) eq 0 }
      ${eventsAtOnce}
      default_backend app

    backend app
      ${balance}
      http-request disable-l7-retry if !METH_GET !{ method HEAD }
      option httpchk
      ${askBalancer()}
      default-server ${isDirect ? `${besideTheApp} ` : ""}check inter 500ms fastinter 200ms downinter 500ms fall 2 rise 2 on-marked-down shutdown-sessions
      ${innerDefaultServer(innerTls)}
      ${servers}

    # Used when no node is healthy.
    backend any
      ${balance}
      http-request disable-l7-retry if !METH_GET !{ method HEAD }
      ${innerDefaultServer(innerTls)}
      ${servers}

    frontend status
      bind 127.0.0.1:8404
      http-request return status 200 content-type text/plain string ok if { path /healthz }
      http-request use-service prometheus-exporter if { path /metrics }
      stats enable
      stats uri /
      no log
  `;
}

/** Turns off Nginx's response buffering for event streams. */
const eventsAtOnce = [
  "# Nginx sends each event on at once, whether or not the app asks for that.",
  "http-response set-header X-Accel-Buffering no if { res.hdr(Content-Type) -i -m beg text/event-stream }",
];

/** Health check of a node's balancer, which answers at once, with 404 while no process accepts new requests. */
function askBalancer(): string[] {
  return [
    `http-check send meth GET uri / ver HTTP/1.1 hdr Host ${balancerHost} hdr Connection close`,
    "http-check expect status 200",
    "http-check disable-on-404",
  ];
}

/**
 * Port of the balancer where the app itself listens for requests. The app's port closes while the app still answers
 * requests, so a check of that port would cut them.
 */
const besideTheApp = `port ${appPorts.tls} check-ssl verify none`;

/** Turns off connection reuse: an app may close an idle connection while a request is being sent on it. */
function closedByTheApp(): string[] {
  return ["# The app may close an idle connection at any time.", "option http-server-close"];
}
