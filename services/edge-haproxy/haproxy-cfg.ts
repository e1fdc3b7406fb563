import type { Peer } from "../../topology";
import { closesWithResponse, haproxyProcess, sendsAtOnce, endsWithOneSide } from "../haproxy";
import { innerDefaultServer, innerServer } from "../inner-tls";
import { webPorts } from "../nginx/nginx-conf";
import { generatedNotice, stackFileLines, text } from "../text";
import { proxyTimeouts, type WebRequests } from "../requests";
import { answerHeaders, headerReserve } from "./answer-headers";
import { clientOfProxy, setClientHeaders, trustedNames, trusts } from "./client-address";
import {
  connectionRules,
  countersOfClients,
  limitTables,
  requestRules,
  lastingPerWebNode,
  requestsPerWebNode,
  reservedConnections,
} from "./client-limits";
import type { EdgeRules } from "./edge-rules";
import { type EdgeHttps, httpsBind, httpsGlobals, httpsRules } from "./https";
import { bodyRules, ifLasting, lastingRules } from "./lasting";

/** Arguments of {@link haproxyCfg}. */
export interface HaproxyCfgArgs {
  /** Node name of this load balancer. */
  node: string;
  /** Both load balancers, in order. */
  loadBalancers: readonly Peer[];
  /** Web nodes, in order; at least one. */
  webNodes: readonly Peer[];
  /** Limits of visitors' requests. */
  requests: WebRequests;
  /** Settings of the stack file for visitors' requests at the load balancers. */
  rules: EdgeRules;
  /** Public IPv4 address of the other load balancer. @default not known yet: its checks have no reserved connections */
  peerPublicIp?: string;
  /** Concurrent connections that HAProxy accepts, such as 9500; at least 1000. */
  maxConnections: number;
  /** HTTPS. @default the state at first boot: the placeholder certificate alone */
  https?: EdgeHttps;
  /** True if the connections to web nodes use TLS. @default false */
  innerTls?: boolean | undefined;
}

/** Path of a map with `on` or `off` for the key `edge`; a planned switch changes it at run time. */
export const drainMapPath = "/etc/haproxy/drain.map";

/** Renders the map for a start or reload: the node is not drained. */
export function drainMap(): string {
  return text`
    ${generatedNotice}
    edge off
  `;
}

/**
 * Renders `/etc/haproxy/haproxy.cfg` of a load balancer, HAProxy 2.8 and later.
 *
 * Directives: https://docs.haproxy.org/3.2/configuration.html
 */
export function haproxyCfg(args: HaproxyCfgArgs): string {
  const { node, loadBalancers, webNodes, requests, rules, peerPublicIp, https } = args;
  const { maxConnections, innerTls = false } = args;
  if (webNodes.length === 0) throw new Error("webNodes must name at least one node, got []");
  const timeouts = proxyTimeouts(requests);
  return text`
    ${generatedNotice}
    global
      ${haproxyProcess}
      maxconn ${maxConnections}
      ${countersOfClients}
      ${headerReserve(rules.headers)}
      localpeer ${node}
      # After a reload old workers end. Not close-spread-time: HTTP/2 visitors must learn at once that they are to
      # leave, before the address moves.
      hard-stop-after ${timeouts.edgeReload}
      stats socket /run/haproxy/admin.sock mode 660 level admin
      ${httpsGlobals(https)}

    defaults
      mode http
      log global
      option httplog
      # Nginx logs every request that a web node gets; here they would soon push all else out of the journal.
      option dontlog-normal
      option dontlognull
      ${sendsAtOnce}
      ${closesWithResponse}
      timeout http-request 5s
      timeout connect 1s
      timeout client 30s
      # Nginx's timeouts are shorter, so that Nginx logs which request took too long.
      timeout server ${timeouts.edge}
      timeout queue 5s
      timeout http-keep-alive 10s
      timeout check 500ms
      timeout tunnel ${timeouts.idle}
      ${endsWithOneSide}
      # Every retry goes to another node; the backend defines which requests are retried.
      retries 2
      option redispatch 1

    peers edge
      ${loadBalancers.map(({ name, privateIp }) => `peer ${name} ${privateIp}:10000`)}

    # Health check of this host's prober: 200 if HAProxy sees a web node. The kernel gives the more
    # specific address its own queue, so a flood of connections to the public one does not keep the prober out.
    frontend health
      bind 127.0.0.1:80
      maxconn ${reservedConnections / 2}
      monitor-uri /-/edge
      monitor fail if { nbsrv(web) eq 0 }
      http-request return status 404

    frontend public
      # A bind of its own, so that HAProxy reports an IPv4 client as such and not as ::ffff:a.b.c.d.
      bind *:80
      bind :::80 v6only
      ${httpsBind(https)}
      ${peerPublicIp === undefined ? [] : peerRule(peerPublicIp)}
      ${trustedNames(rules)}
      ${connectionRules(rules, maxConnections)}
      ${clientOfProxy(rules)}
      ${lastingRules(requests)}
      ${requestRules(rules, webNodes.length, peerPublicIp)}
      ${bodyRules()}
      ${httpsRules(https, trusts(rules))}
      ${setClientHeaders(rules)}
      http-request set-header X-Webstack-Lb ${node}
      # Before a planned switch every response asks its client to open a new connection for the next request. HAProxy
      # drops the header in HTTP/2; there the reload at the end of the drain asks.
      http-after-response set-header Connection close if { str(edge),map_str(${drainMapPath},off) -m str on }
      ${answerHeaders(rules.headers)}
      use_backend lasting if ${ifLasting}
      default_backend web
      ${ownLines(rules, peerPublicIp)}

    ${limitTables()}

    backend web
      balance roundrobin
      http-reuse safe
      # A request that may have had an effect is never sent twice. A request that waits for a node that is marked
      # down ends with an error at once instead of after its timeout.
      retry-on conn-failure empty-response 503
      http-request disable-l7-retry if !METH_GET !{ method HEAD }
      option httpchk
      http-check send meth GET uri /healthz
      http-check expect status 200
      # A node's health page fails before a planned stop.
      http-check disable-on-404
      # Failed requests bring the next health check forward and never mark a node down themselves: that would
      # end the failed request before its retry.
      default-server check inter 500ms fastinter 200ms downinter 1s fall 2 rise 2 observe layer4 error-limit 1 on-error fastinter on-marked-down shutdown-sessions slowstart 10s maxconn ${requestsPerWebNode}
      ${innerDefaultServer(innerTls)}
      ${webNodes.map((web) => innerServer(web, webPorts, innerTls))}

    # WebSockets, event streams and paths without buffering would soon use all places of short requests.
    backend lasting
      balance leastconn
      retry-on conn-failure empty-response 503
      http-request disable-l7-retry if !METH_GET !{ method HEAD }
      http-check disable-on-404
      default-server on-marked-down shutdown-sessions maxconn ${lastingPerWebNode}
      ${innerDefaultServer(innerTls)}
      ${webNodes.map((web) => `${innerServer(web, webPorts, innerTls)} track web/${web.name}`)}

    frontend status
      bind 127.0.0.1:8404
      http-request use-service prometheus-exporter if { path /metrics }
      stats enable
      stats uri /
      no log
  `;
}

/**
 * Lets the standby's health checks at the public address pass at full load: a full node that did not answer them would
 * lose the floating IP.
 */
function peerRule(publicIp: string): string[] {
  return [
    "# The other load balancer asks here whether this one serves, also while it is full.",
    `tcp-request connection accept if { src ${publicIp} }`,
  ];
}

/**
 * The operator's lines, last in the frontend: a section that begins in them contains no line of the stack. A password or
 * a list of addresses in them does not apply to the other load balancer, which would take this one for dead.
 */
function ownLines({ haproxySnippet }: EdgeRules, publicIp?: string): string[] {
  if (haproxySnippet === undefined) return [];
  return [
    ...(publicIp === undefined
      ? []
      : [`http-request allow if { src ${publicIp} } { path /healthz }`]),
    ...stackFileLines("loadBalancers.haproxySnippet", haproxySnippet),
  ];
}
