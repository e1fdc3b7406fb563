import { alwaysRestarted } from "../unit-files";
import { type BundleFile, type BundleHealth, type BundleRelease, rootFile } from "../bundle";
import { innerCertificatePath, innerRequest, innerTlsDirectory, innerTlsFiles } from "../inner-tls";
import type { WebRequests } from "../requests";
import { callsTo, type Egress, type Service, type ServicePart } from "../service";
import { proxySandbox } from "../unit-sandbox";
import { accessLogFiles, accessLogPaths, accessLogTimer, rotationCheck } from "./access-log";
import { brotliPackages } from "./compression";
import { nginxConf, type NginxSettings, webPorts } from "./nginx-conf";
import { snippetFiles } from "./snippets";
import { plannedStop } from "./out-of-service";
import type { StaticSite } from "./static-site";

/** Facts about a node that Nginx's part depends on. */
export interface NginxFacts {
  /** Node name. */
  node: string;
  /** Subnet of the load balancers with prefix. */
  subnets: { lb: string };
  /** Limits of visitors' requests. */
  requests: WebRequests;
  /** Settings of the stack file for Nginx. */
  settings: NginxSettings;
  /** Static files of the release that Nginx serves. */
  site: StaticSite;
  /** The app's release, with the static files. */
  release: BundleRelease;
  /** True if the load balancers connect with TLS. @default false */
  innerTls?: boolean | undefined;
}

const configPath = "/etc/nginx/nginx.conf";
const dropInPath = "/etc/systemd/system/nginx.service.d/webstack.conf";
/** A drop-in of its own: systemd reads it again without a restart of Nginx. */
const stopPath = "/etc/systemd/system/nginx.service.d/webstack-stop.conf";

/**
 * Nginx, which serves the app's static files and passes all other requests to the proxy for the app nodes.
 *
 * @param egress where its own lines of the stack file may pass requests outside of the stack.
 */
export function nginx(egress: Egress): Service<NginxFacts> {
  return { ...nginxItself, callsOut: callsTo("www-data", egress, true) };
}

const nginxItself: Service<NginxFacts> = {
  name: "nginx",
  openings: [
    { from: "lb", protocol: "tcp", port: webPorts.clear, purpose: "HTTP and health checks" },
    { from: "lb", protocol: "tcp", port: webPorts.tls, purpose: "the same over TLS" },
    { from: "peers", protocol: "tcp", port: webPorts.clear, purpose: "whether the node serves" },
  ],
  secrets: innerTlsFiles,
  part: (facts) => part(facts, snippetFiles(facts.settings)),
};

function part(
  { node, requests, settings, site, subnets, release, innerTls = false }: NginxFacts,
  own: Record<string, BundleFile>,
): ServicePart {
  const config = nginxConf({ node, requests, settings, site, release, lbSubnetCidr: subnets.lb });
  const needs = [innerCertificatePath];
  const read = [configPath, ...Object.keys(own), ...needs];
  return {
    packages: ["nginx", "logrotate", ...(settings.brotli ? brotliPackages : [])],
    directories: {
      [release.root]: { owner: "root", group: "root", mode: "0755" },
      [`${release.root}/releases`]: { owner: "root", group: "root", mode: "0755" },
      ...innerTlsDirectory,
    },
    files: {
      [configPath]: rootFile(config),
      ...own,
      [dropInPath]: rootFile(alwaysRestarted(100, ["LimitNOFILE=16384", ...proxySandbox])),
      [stopPath]: rootFile(plannedStop()),
      ...accessLogFiles(),
    },
    checks: [
      { files: read, command: ["/usr/sbin/nginx", "-t", "-q", "-c", configPath], needs },
      rotationCheck,
    ],
    unitFiles: {
      dropIns: [dropInPath, stopPath],
      packaged: ["nginx.service"],
      own: [accessLogPaths.service, accessLogPaths.timer],
    },
    services: [
      {
        unit: "nginx.service",
        reloadFiles: [...read, `${release.root}/current`],
        restartFiles: [dropInPath],
        needs,
        health: { ...health(node, innerTls), timeoutSeconds: 20 },
      },
      accessLogTimer,
    ],
    release,
  };
}

/** Health check on the port that the load balancers use; it needs the authority's certificate only with TLS. */
function health(name: string, innerTls: boolean): Pick<BundleHealth, "http" | "command"> {
  if (!innerTls) return { http: `http://127.0.0.1:${webPorts.clear}/healthz` };
  const nodes = [{ name, privateIp: "127.0.0.1" }];
  const more = ["--fail"];
  return { command: innerRequest({ nodes, port: webPorts.tls, path: "/healthz", more }) };
}
