import type { Peer } from "../../topology";
import { appPorts } from "../app/app-program";
import { balancerHost } from "../app-balancer/app-balancer-cfg";
import type { BundleAside, BundleCheck } from "../bundle";
import { innerCaPath, innerRequest } from "../inner-tls";
import { exitUnlessOthersServe } from "../app/app-aside";
import { webPorts } from "../nginx/nginx-conf";
import { haproxyConfigPath, packagedHaproxy } from "../haproxy";
import type { Service } from "../service";
import type { StaticSite } from "../nginx/static-site";
import { appProxyCfg, type AppProxyCfgArgs, appProxyHealthUrl } from "./app-proxy-cfg";

/** Facts about a web node that the proxy's part depends on. */
export interface AppProxyFacts extends AppProxyCfgArgs {
  /** Whether the web nodes alone answer, so that no app node listens. */
  site: Pick<StaticSite, "only">;
  /** The other web nodes. */
  peers: readonly Peer[];
}

/**
 * A planned stop of Nginx, which drains the node, unless no other web node answers the load balancers' health check. At
 * the end the load balancers, which check every second, count the node as healthy again.
 */
function webAside(peers: readonly Peer[]): BundleAside | undefined {
  if (peers.length === 0) return undefined;
  const urls = peers.map(({ privateIp }) => `http://${privateIp}:${webPorts.clear}/healthz`);
  const leave = `${exitUnlessOthersServe(urls)}\nsystemctl stop nginx.service`;
  return { leave: ["/bin/sh", "-c", leave], back: ["/bin/sleep", "4"] };
}

/** The proxy between Nginx and the app nodes, which health-checks every app node. */
export const appProxy: Service<AppProxyFacts> = {
  name: "app-proxy",
  openings: [],
  part: ({ appNodes, program, requests, site, peers, innerTls = false }) => ({
    ...packagedHaproxy({
      config: appProxyCfg({ appNodes, program, requests, innerTls }),
      health: { http: appProxyHealthUrl, timeoutSeconds: 20 },
      needs: innerTls ? [innerCaPath] : [],
      aside: webAside(peers),
    }),
    refusals: innerTls && !site.only ? [appNodesAnswer(appNodes)] : [],
  }),
};

/** Refuses a change while no app node answers over TLS: HAProxy would take the change, and answer requests with 503. */
function appNodesAnswer(nodes: readonly Peer[]): BundleCheck {
  const more = ["--header", `Host: ${balancerHost}`];
  const command = innerRequest({ nodes, port: appPorts.tls, path: "/", more });
  return { files: [haproxyConfigPath, innerCaPath], command, needs: [innerCaPath] };
}
