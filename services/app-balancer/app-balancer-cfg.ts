import { appPorts, type AppProgram } from "../app/app-program";
import { innerDefaults, sendsAtOnce, endsWithOneSide } from "../haproxy-lines";
import { innerBind } from "../inner-tls";
import { generatedNotice } from "../notice";
import type { ProxyTimeouts } from "../requests";
import { text } from "../text";

/** Host header of the web nodes' health checks of the balancer itself; the domain `invalid` never exists (RFC 2606). */
export const balancerHost = "balancer.webstack.invalid";

/** Arguments of {@link appBalancerCfg}. */
export interface AppBalancerCfgArgs {
  /** Health check of a process, and whether the processes share the port for clear text. */
  program: Pick<AppProgram, "health" | "sharesPort">;
  /** Ports of the processes, in order; with a shared port that one. */
  ports: readonly number[];
  /** Admin socket, through which a process is drained. */
  socketPath: string;
  /** Timeouts of the proxies. */
  timeouts: ProxyTimeouts;
}

/**
 * Renders `/etc/haproxy/app.cfg`, HAProxy 2.8 and later.
 *
 * Directives: https://docs.haproxy.org/3.2/configuration.html
 */
export function appBalancerCfg(args: AppBalancerCfgArgs): string {
  const { program, ports, socketPath, timeouts } = args;
  const { path, host } = program.health;
  return text`
    ${generatedNotice}
    global
      log stdout format raw daemon
      user haproxy
      group haproxy
      # Two files each: a host of the local cloud has 20 000.
      maxconn 8000
      # Kept for what lasts long, such as WebSockets; a reload is rare.
      hard-stop-after ${timeouts.innerReload}
      stats socket ${socketPath} mode 600 level admin

    defaults
      mode http
      ${innerDefaults}
      ${sendsAtOnce}
      timeout check 3s
      # How long an answer may take is Nginx's to say.
      timeout client ${timeouts.uncounted}
      timeout server ${timeouts.uncounted}
      timeout tunnel ${timeouts.idle}
      ${endsWithOneSide}
      # Node closes a connection that is idle for 5 s, at the same moment perhaps as a request comes on it.
      option http-server-close
      retries 2
      option redispatch 1

    # Not named like the backend: HAProxy would tell the figures of the first of the two.
    frontend requests
      ${program.sharesPort ? [] : [`bind :${appPorts.clear}`]}
      bind :${appPorts.tls} ${innerBind}
      # Failures alone: Nginx logs every request.
      option httplog
      option dontlog-normal
      # The web nodes ask whether this node serves; how long the app takes to answer is not what they ask. With 404
      # they send nothing more, and what is under way may end.
      http-request return status 200 if { hdr(host) ${balancerHost} } { nbsrv(app) gt 0 }
      http-request return status 404 if { hdr(host) ${balancerHost} }
      # The web nodes try another node for a request that may be repeated.
      http-request return status 502 if { nbsrv(app) eq 0 }
      default_backend app

    backend app
      balance leastconn
      # A request that may have had an effect is never sent twice.
      retry-on conn-failure empty-response
      http-request disable-l7-retry if !METH_GET !{ method HEAD }
      option httpchk
      http-check send meth GET uri ${path} ver HTTP/1.1 hdr Host ${host} hdr Connection close
      ${program.sharesPort ? checkOfAll() : checkOfEach()}
      ${ports.map((port) => `server ${port} 127.0.0.1:${port}`)}

    frontend status
      bind 127.0.0.1:8405
      http-request use-service prometheus-exporter if { path /metrics }
      stats enable
      stats uri /
      no log
  `;
}

const often = "default-server check inter 1s fastinter 200ms downinter 200ms fall 2 rise 1";

/** Health check of processes with a port each. */
function checkOfEach(): string[] {
  return [
    "# What status a process must have is asked when it starts. While two releases run, the older one may not",
    "# know the path; it works all the same.",
    "http-check expect ! rstatus ^5",
    `${often} observe layer4 error-limit 1 on-error mark-down`,
  ];
}

/** Health check of processes that share a port: any answer counts, because a draining process refuses requests. */
function checkOfAll(): string[] {
  return ["http-check expect rstatus ^[1-5]", often];
}
