import { appBalancerCfg } from "../../../services/app-balancer/app-balancer-cfg";
import { appProxyCfg } from "../../../services/app-proxy/app-proxy-cfg";
import { trustedProxiesList } from "../../../services/edge-haproxy/client-address";
import type { EdgeRules } from "../../../services/edge-haproxy/edge-rules";
import type { EdgeHttps } from "../../../services/edge-haproxy/https";
import { drainMap, haproxyCfg } from "../../../services/edge-haproxy/haproxy-cfg";
import { nginxConf, type NginxSettings } from "../../../services/nginx/nginx-conf";
import { snippetFiles } from "../../../services/nginx/snippets";
import { publicFiles } from "../../../services/nginx/static-site";
import { proxyTimeouts, type WebRequests } from "../../../services/requests";

/** What the chain of proxies is rendered with. */
export interface ChainArgs {
  /** What requests may be. */
  requests: WebRequests;
  /** What is said about the load balancers. */
  rules: EdgeRules;
  /** HTTPS. @default the placeholder alone */
  https?: EdgeHttps;
  /** TLS behind the load balancers. @default clear text */
  innerTls?: boolean;
  /** Name of the web node for the load balancers; the certificate is for `web-1`. @default `web-1` */
  webName?: string;
  /** What is said about Nginx. */
  settings: NginxSettings;
}

/** Addresses of the proxies of one chain, all on one host; the second load balancer listens on other ports. */
export const chainAddresses = {
  edges: ["127.0.1.11", "127.0.1.12"],
  web: "127.0.2.11",
  app: "127.0.3.11",
  /** Public address of the other load balancer. */
  peer: "127.11.0.1",
} as const;

const { edges, web, app, peer } = chainAddresses;
const health = { path: "/healthz", host: "localhost", timeoutSeconds: 60 };
const toOutput = ["log /dev/log local0", "log stdout format raw daemon"] as const;

/**
 * The files of two load balancers, a web node and an app node by name. They are those of a stack but for addresses
 * and ports: all are on one host.
 */
export function chainFiles(args: ChainArgs): Record<string, string> {
  const { requests, settings } = args;
  const site = publicFiles;
  const release = { root: "/srv/app", keep: 3 };
  const timeouts = proxyTimeouts(requests);
  return {
    ...inEtc(args),
    "headers.json": JSON.stringify(args.rules.headers),
    "edge-1.cfg": edgeFile(args, 0),
    "edge-2.cfg": edgeFile(args, 1),
    "nginx.conf": moved(
      nginxConf({ node: "web-1", lbSubnetCidr: "127.0.0.0/8", requests, settings, site, release }),
      [
        ["listen 80 default_server", `listen ${web}:8080 default_server`],
        ["listen 443 ssl", `listen ${web}:8443 ssl`],
      ],
    ),
    "app-proxy.cfg": appProxyFile(args),
    "app.cfg": moved(
      appBalancerCfg({
        program: { health, sharesPort: false },
        ports: [3101],
        socketPath: "/run/chain-app.sock",
        timeouts,
      }),
      [
        ["bind :3000", `bind ${app}:3000`],
        ["bind :3443", `bind ${app}:3443`],
      ],
    ),
  };
}

/** Files that the proxies look for below /etc. */
function inEtc({ rules, settings }: ChainArgs): Record<string, string> {
  const own = Object.entries(snippetFiles(settings)).map(([path, { content }]) => [
    path.slice(1),
    content,
  ]);
  return {
    "etc/haproxy/drain.map": drainMap(),
    "etc/haproxy/trusted-proxies.lst": trustedProxiesList(rules.trustedProxies),
    ...(Object.fromEntries(own) as Record<string, string>),
  };
}

/** The files of {@link chainFiles} that change with TLS between the tiers. */
export function changedFiles(args: ChainArgs): Record<string, string> {
  return { "app-proxy.cfg": appProxyFile(args), "edge-1.cfg": edgeFile(args, 0) };
}

function appProxyFile({ requests, innerTls }: ChainArgs): string {
  const program = { health, sharesPort: false };
  const appNodes = [{ name: "app-1", privateIp: app }];
  return moved(appProxyCfg({ appNodes, program, requests, innerTls }), [
    toOutput,
    ["/run/haproxy/", "/run/chain-proxy-"],
  ]);
}

function edgeFile(
  { requests, rules, https, innerTls = false, webName = "web-1" }: ChainArgs,
  index: 0 | 1,
): string {
  const loadBalancers = edges.map((privateIp, i) => ({ name: `lb-${i + 1}`, privateIp }));
  const file = haproxyCfg({
    node: loadBalancers[index]!.name,
    loadBalancers,
    webNodes: [{ name: webName, privateIp: web }],
    requests,
    rules,
    ...(https ? { https } : {}),
    innerTls,
    peerPublicIp: peer,
    maxConnections: 2000,
  });
  return moved(file, [
    toOutput,
    innerTls ? [`${web}:443`, `${web}:8443`] : [`${web}:80`, `${web}:8080`],
    ["bind 127.0.0.1:8404", `bind 127.0.0.1:841${index}`],
    ["/run/haproxy/", `/run/chain-edge-${index}-`],
    // The second one beside the first.
    ...(index === 0
      ? []
      : [
          [":80 v6only", ":81 v6only"] as const,
          [":443 ", ":444 "] as const,
          ["bind *:80", "bind *:81"] as const,
          ["bind 127.0.0.1:80", "bind 127.0.0.1:82"] as const,
        ]),
  ]);
}

/** @throws Error if a text that is to be replaced is not there. */
function moved(file: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the file must hold "${from}", got:\n${text}`);
    return text.replaceAll(from, to);
  }, file);
}
