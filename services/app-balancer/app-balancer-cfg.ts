import {
  balanceLines,
  closesWithResponse,
  innerBuffers,
  innerDefaults,
  sendsAtOnce,
  endsWithOneSide,
} from "../haproxy";
import { appPorts, type AppProgram } from "../app/app-program";
import { innerBind } from "../inner-tls";
import { generatedNotice, text } from "../text";
import type { ProxyTimeouts } from "../requests";

/** Host header of the web nodes' health checks of the balancer itself; the domain `invalid` never exists (RFC 2606). */
export const balancerHost = "balancer.webstack.invalid";

/** Arguments of {@link appBalancerCfg}. */
export interface AppBalancerCfgArgs {
  /** Health check of a process, whether the processes share the port for clear text, and which one gets a request. */
  program: Pick<AppProgram, "health" | "sharesPort" | "affinity">;
  /** Ports of the processes, in order; with a shared port that one. */
  ports: readonly number[];
  /** Admin socket, through which a process is drained. */
  socketPath: string;
  /** File with `node on` or `node off`: whether the node's processes are about to stop. Absent at a boot. */
  drainMapPath: string;
  /** Timeouts of the proxies. */
  timeouts: ProxyTimeouts;
}

/**
 * Renders `/etc/haproxy/app.cfg`, HAProxy 3.0 and later.
 *
 * Directives: https://docs.haproxy.org/3.2/configuration.html
 */
export function appBalancerCfg(args: AppBalancerCfgArgs): string {
  const { program, socketPath, drainMapPath, timeouts } = args;
  return text`
    ${generatedNotice}
    global
      log stdout format raw daemon
      user haproxy
      group haproxy
      # A connection uses two files; a host of the local cloud may open 20 000.
      maxconn 8000
      ${innerBuffers}
      # After a reload old workers keep long connections, such as WebSockets; reloads are rare.
      hard-stop-after ${timeouts.innerReload}
      stats socket ${socketPath} mode 600 level admin

    defaults
      mode http
      ${innerDefaults}
      ${sendsAtOnce}
      ${closesWithResponse}
      timeout check 3s
      # Nginx enforces the timeout of responses.
      timeout client ${timeouts.uncounted}
      timeout server ${timeouts.uncounted}
      timeout tunnel ${timeouts.idle}
      ${endsWithOneSide}
      # Node closes a connection that is idle for 5 s, perhaps at the moment at which a request arrives on it.
      option http-server-close
      retries 2
      option redispatch 1

    # A name other than the backend's: of two proxies with one name HAProxy reports only the first one's metrics.
    frontend requests
      ${program.sharesPort ? [] : [`bind :${appPorts.clear}`]}
      bind :${appPorts.tls} ${innerBind}
      # Only failures are logged here, since Nginx logs every request.
      option httplog
      option dontlog-normal
      # Health check of the web nodes: whether this node serves, not how fast the app answers. After a 404
      # they send no new request, and requests in progress can end. An announced stop answers 404 before the
      # processes stop, so that no POST meets a node without one; so does a node on which none has started yet.
      http-request return status 200 if { hdr(host) ${balancerHost} } { nbsrv(app) gt 0 } { str(node),map_str(opt@${drainMapPath},on) -m str off }
      http-request return status 404 if { hdr(host) ${balancerHost} }
      # The web nodes retry a request on another node if it may be repeated.
      http-request return status 502 if { nbsrv(app) eq 0 } { nbsrv(busy) eq 0 }
      use_backend busy if { nbsrv(app) eq 0 }
      default_backend app

    backend app
      ${processes(args)}

    # Used when no process answers its check in time: processes with one request at a time may all be busy. Here a check
    # waits until its process is free, so only a process that is gone, or answers wrongly, is down.
    backend busy
      timeout check ${timeouts.uncounted}
      ${processes(args)}

    frontend status
      bind 127.0.0.1:8405
      http-request use-service prometheus-exporter if { path /metrics }
      stats enable
      stats uri /
      no log
  `;
}

/** Lines of a backend with the processes, their checks and the choice of a process. */
function processes({ program, ports }: AppBalancerCfgArgs): string[] {
  const { path, host } = program.health;
  return [
    ...balanceLines(program.affinity, "addr-port"),
    "# A request that may have had an effect is never sent twice.",
    "retry-on conn-failure empty-response",
    "http-request disable-l7-retry if !METH_GET !{ method HEAD }",
    "option httpchk",
    `http-check send meth GET uri ${path} ver HTTP/1.1 hdr Host ${host} hdr Connection close`,
    ...(program.sharesPort ? checkOfAll() : checkOfEach()),
    ...ports.map((port) => `server ${port} 127.0.0.1:${port}`),
  ];
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
