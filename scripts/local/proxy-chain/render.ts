import type { Affinity } from "../../../services/haproxy";
import { appBalancerCfg } from "../../../services/app-balancer/app-balancer-cfg";
import { appProxyCfg } from "../../../services/app-proxy/app-proxy-cfg";
import { trustedProxiesList } from "../../../services/edge-haproxy/client-address";
import type { EdgeRules } from "../../../services/edge-haproxy/edge-rules";
import type { EdgeHttps } from "../../../services/edge-haproxy/https";
import { drainMap, haproxyCfg } from "../../../services/edge-haproxy/haproxy-cfg";
import { nginxConf, type NginxSettings } from "../../../services/nginx/nginx-conf";
import { leavingPath, plannedStop } from "../../../services/nginx/out-of-service";
import { snippetFiles } from "../../../services/nginx/snippets";
import { publicFiles, type StaticSite } from "../../../services/nginx/static-site";
import { proxyTimeouts, type WebRequests } from "../../../services/requests";

/** Arguments of the chain of proxies. */
export interface ChainArgs {
  /** Limits of visitors' requests. */
  requests: WebRequests;
  /** Settings of the load balancers. */
  rules: EdgeRules;
  /** HTTPS. @default the placeholder alone */
  https?: EdgeHttps;
  /** TLS behind the load balancers. @default clear text */
  innerTls?: boolean;
  /** Name of the web node for the load balancers; the certificate is for `web-1`. @default `web-1` */
  webName?: string;
  /** Settings of Nginx. */
  settings: NginxSettings;
  /** Static files. @default those in `public` */
  site?: StaticSite;
  /** True: two web nodes, and two app nodes, of which the first one has two processes. @default one of each */
  hasNeighbours?: boolean;
  /** True: the app itself listens for clear text. @default false */
  sharesPort?: boolean;
  /** Whether each client's requests go to one process. @default none */
  affinity?: Affinity;
}

/** Addresses of the proxies of one chain, all on one host; the second load balancer listens on other ports. */
export const chainAddresses = {
  edges: ["127.0.1.11", "127.0.1.12"],
  web: "127.0.2.11",
  app: "127.0.3.11",
  secondWeb: "127.0.2.12",
  secondApp: "127.0.3.12",
  /** Public address of the other load balancer. */
  peer: "127.11.0.1",
} as const;

const { edges, web, app, secondWeb, secondApp, peer } = chainAddresses;
const health = { path: "/healthz", host: "localhost", timeoutSeconds: 60 };
const toOutput = ["log /dev/log local0", "log stdout format raw daemon"] as const;

/**
 * The files of two load balancers, a web node and an app node by name. They differ from those of a stack in addresses
 * and ports alone: all are on one host.
 */
export function chainFiles(args: ChainArgs): Record<string, string> {
  const neighbours = {
    "nginx-2.conf": moved(nginxFile(args, "web-2", secondWeb), [
      ["/run/nginx.pid", "/run/nginx-2.pid"],
      ["127.0.0.1:8406", "127.0.0.1:8407"],
      [leavingPath, `${leavingPath}-2`],
    ]),
    "app-2.cfg": moved(balancerFile(args, "app-2", secondApp, [3103]), [
      ["127.0.0.1:8405", "127.0.0.1:8425"],
    ]),
  };
  return {
    ...inEtc(args),
    "headers.json": JSON.stringify(args.rules.headers),
    "edge-1.cfg": edgeFile(args, 0),
    "edge-2.cfg": edgeFile(args, 1),
    "nginx.conf": nginxFile(args, "web-1", web),
    "nginx-stop.conf": plannedStop(),
    "app-proxy.cfg": appProxyFile(args),
    "app.cfg": balancerFile(args, "app", app, args.hasNeighbours ? [3101, 3102] : [3101]),
    ...(args.hasNeighbours ? neighbours : {}),
  };
}

function nginxFile(args: ChainArgs, node: string, address: string): string {
  const { requests, settings, site = publicFiles } = args;
  const release = { root: "/srv/app", keep: 3 };
  const own = { node, requests, settings, release, site };
  return moved(nginxConf({ ...own, lbSubnetCidr: "127.0.0.0/8" }), [
    ["listen 80 default_server", `listen ${address}:8080 default_server`],
    ["listen 443 ssl", `listen ${address}:8443 ssl`],
  ]);
}

function balancerFile(
  { requests, sharesPort = false, affinity = "none" }: ChainArgs,
  name: string,
  address: string,
  ports: readonly number[],
): string {
  const file = appBalancerCfg({
    program: { health, sharesPort, affinity },
    ports: sharesPort ? [3000] : ports,
    socketPath: `/run/chain-${name}/admin.sock`,
    drainMapPath: `/run/chain-${name}/drain.map`,
    timeouts: proxyTimeouts(requests),
  });
  return moved(file, [
    sharesPort ? ["127.0.0.1:3000", `${address}:3000`] : ["bind :3000", `bind ${address}:3000`],
    ["bind :3443", `bind ${address}:3443`],
  ]);
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

function appProxyFile(args: ChainArgs): string {
  const { requests, innerTls, sharesPort = false, affinity = "none", hasNeighbours } = args;
  const second = hasNeighbours ? [{ name: "app-2", privateIp: secondApp }] : [];
  const appNodes = [{ name: "app-1", privateIp: app }, ...second];
  const program = { sharesPort, affinity };
  return moved(appProxyCfg({ appNodes, program, requests, innerTls }), [
    toOutput,
    ["/run/haproxy/", "/run/chain-proxy-"],
  ]);
}

function edgeFile(
  { requests, rules, https, innerTls = false, webName = "web-1", hasNeighbours }: ChainArgs,
  index: 0 | 1,
): string {
  const loadBalancers = edges.map((privateIp, i) => ({ name: `lb-${i + 1}`, privateIp }));
  const second = hasNeighbours ? [{ name: "web-2", privateIp: secondWeb }] : [];
  const [from, to] = innerTls ? [443, 8443] : [80, 8080];
  const file = haproxyCfg({
    node: loadBalancers[index]!.name,
    loadBalancers,
    webNodes: [{ name: webName, privateIp: web }, ...second],
    requests,
    rules,
    ...(https ? { https } : {}),
    innerTls,
    peerPublicIp: peer,
    maxConnections: 2000,
  });
  return moved(file, [
    toOutput,
    ...[web, ...second.map(({ privateIp }) => privateIp)].map(
      (address) => [`${address}:${from}`, `${address}:${to}`] as const,
    ),
    ["bind 127.0.0.1:8404", `bind 127.0.0.1:841${index}`],
    ["/run/haproxy/", `/run/chain-edge-${index}-`],
    // The second node of a tier beside the first.
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

/** @throws Error if the text to replace is missing. */
function moved(file: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the file must hold "${from}", got:\n${text}`);
    return text.replaceAll(from, to);
  }, file);
}
