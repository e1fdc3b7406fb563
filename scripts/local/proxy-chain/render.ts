import { appBalancerCfg } from "../../../services/app-balancer/app-balancer-cfg";
import { appProxyCfg } from "../../../services/app-proxy/app-proxy-cfg";
import { haproxyCfg } from "../../../services/edge-haproxy/haproxy-cfg";
import { nginxConf } from "../../../services/nginx/nginx-conf";
import { proxyTimeouts, type WebRequests } from "../../../services/requests";

/** What the chain of proxies is rendered with. */
export interface ChainArgs {
  /** What requests may be. */
  requests: WebRequests;
}

/** Addresses of the proxies of one chain, all on one host. */
export const chainAddresses = { edge: "127.0.1.11", web: "127.0.2.11", app: "127.0.3.11" };

/**
 * The files of a load balancer, a web node and an app node by name. They are those of a stack but for addresses:
 * all three are on one host.
 */
export function chainFiles({ requests }: ChainArgs): Record<string, string> {
  const { edge, web, app } = chainAddresses;
  const health = { path: "/healthz", host: "localhost", timeoutSeconds: 60 };
  const node = "lb-1";
  return {
    "edge.cfg": moved(
      haproxyCfg({
        node,
        loadBalancers: [{ name: node, privateIp: edge }],
        webNodes: [{ name: "web-1", privateIp: web }],
        requests,
        maxConnections: 2000,
      }),
      [
        [`${web}:80`, `${web}:8080`],
        ["bind 127.0.0.1:8404", "bind 127.0.0.1:8406"],
        ["log /dev/log local0", "log stdout format raw daemon"],
        ["/run/haproxy/", "/run/chain-edge-"],
      ],
    ),
    "nginx.conf": moved(
      nginxConf({ node: "web-1", lbSubnetCidr: "127.0.0.0/8", requests, brotli: false }),
      [["listen 80 default_server", `listen ${web}:8080 default_server`]],
    ),
    "app-proxy.cfg": moved(
      appProxyCfg({
        appNodes: [{ name: "app-1", privateIp: app }],
        program: { health, sharesPort: false },
        requests,
      }),
      [
        ["log /dev/log local0", "log stdout format raw daemon"],
        ["/run/haproxy/", "/run/chain-proxy-"],
      ],
    ),
    "app.cfg": moved(
      appBalancerCfg(health, [3101], "/run/chain-app.sock", proxyTimeouts(requests)),
      [["bind :3000", `bind ${app}:3000`]],
    ),
  };
}

/** @throws Error if a text that is to be replaced is not there. */
function moved(file: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the file must hold "${from}", got:\n${text}`);
    return text.replaceAll(from, to);
  }, file);
}
