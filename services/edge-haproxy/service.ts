import type { Peer } from "../../topology";
import { alwaysRestarted } from "../unit-files";
import { type BundleAside, type BundleCheck, programFiles, programPath, rootFile } from "../bundle";
import { innerCaFile, innerCaPath, innerRequest, innerTlsDirectory } from "../inner-tls";
import { webPorts } from "../nginx/nginx-conf";
import type { WebRequests } from "../requests";
import { rootOnly, type Service, type ServicePart } from "../service";
import { proxySandbox } from "../unit-sandbox";
import { trustedProxiesList, trustedProxiesPath, trusts } from "./client-address";
import { edgeConnections } from "./client-limits";
import type { EdgeRules } from "./edge-rules";
import { drainMap, drainMapPath, haproxyCfg } from "./haproxy-cfg";
import { edgeCertificatePath, type EdgeHttps, ticketKeysPath } from "./https";

/** Facts about a load balancer that its HAProxy's part depends on. */
export interface EdgeHaproxyFacts {
  /** Node name. */
  node: string;
  /** Both load balancers, in order. */
  loadBalancers: readonly Peer[];
  /** Web nodes, in order. */
  webNodes: readonly Peer[];
  /** Limits of visitors' requests. */
  requests: WebRequests;
  /** Settings of the stack file for visitors' requests at the load balancers. */
  rules: EdgeRules;
  /** Public IPv4 address of the other load balancer. @default not known yet */
  peerPublicIp?: string | undefined;
  /** HTTPS. @default the state at first boot: the placeholder certificate alone */
  https?: EdgeHttps | undefined;
  /** True if the connections to web nodes use TLS. @default false */
  innerTls?: boolean | undefined;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

const configPath = "/etc/haproxy/haproxy.cfg";
/** Names and path of the stack file's certificate, for the report of `edge status`. */
const ownCertificatePath = "/etc/webstack/edge-certificate.json";
const dropInPath = "/etc/systemd/system/haproxy.service.d/webstack.conf";

/** The other load balancer has the address while HAProxy or keepalived restart. */
export const edgeAside: BundleAside = {
  leave: ["/usr/bin/node", programPath("edge"), "aside"],
  back: ["/usr/bin/node", programPath("edge"), "back"],
};

/** HAProxy of a load balancer: it terminates TLS, enforces limits and picks a web node for each request. */
export const edgeHaproxy: Service<EdgeHaproxyFacts> = {
  name: "edge-haproxy",
  openings: [
    { from: "anywhere", protocol: "tcp", port: 80, purpose: "HTTP" },
    { from: "anywhere", protocol: "tcp", port: 443, purpose: "HTTPS" },
    { from: "anywhere", protocol: "icmp", purpose: "ping" },
    { from: "peers", protocol: "tcp", port: 10_000, purpose: "request rates of clients" },
  ],
  holdsBack: true,
  secrets: {
    [edgeCertificatePath]: { ...rootOnly, secret: "edgeCertificate" },
    [ticketKeysPath]: { ...rootOnly, secret: "ticketKeys" },
    ...innerCaFile,
  },
  part,
};

function part(facts: EdgeHaproxyFacts): ServicePart {
  const { node, loadBalancers, webNodes, requests, rules, peerPublicIp, https, programs } = facts;
  const { innerTls = false } = facts;
  const needs = [edgeCertificatePath, ticketKeysPath, ...(innerTls ? [innerCaPath] : [])];
  const read = [configPath, drainMapPath, ...needs, ...(trusts(rules) ? [trustedProxiesPath] : [])];
  return {
    packages: ["haproxy"],
    directories: {
      "/etc/haproxy/certs": { owner: "root", group: "root", mode: "0700" },
      ...innerTlsDirectory,
    },
    files: {
      // In a planned switch this program drains the node and holds back new connections.
      ...programFiles(programs, "edge"),
      [drainMapPath]: rootFile(drainMap()),
      [configPath]: rootFile(
        haproxyCfg({
          node,
          loadBalancers,
          webNodes,
          requests,
          rules,
          ...(peerPublicIp === undefined ? {} : { peerPublicIp }),
          ...(https === undefined ? {} : { https }),
          innerTls,
          maxConnections: edgeConnections,
        }),
      ),
      [dropInPath]: rootFile(haproxyDropIn()),
      ...(https?.mode === "pem" ? { [ownCertificatePath]: rootFile(ownCertificate(https)) } : {}),
      ...(trusts(rules)
        ? { [trustedProxiesPath]: rootFile(trustedProxiesList(rules.trustedProxies)) }
        : {}),
    },
    checks: [{ files: read, command: ["/usr/sbin/haproxy", "-c", "-f", configPath], needs }],
    refusals: innerTls ? [webNodesAnswer(webNodes)] : [],
    unitFiles: { dropIns: [dropInPath], packaged: ["haproxy.service"] },
    services: [
      {
        unit: "haproxy.service",
        reloadFiles: read,
        restartFiles: [dropInPath],
        needs,
        health: { http: "http://127.0.0.1:80/-/edge", timeoutSeconds: 30 },
        aside: edgeAside,
      },
    ],
  };
}

/**
 * Refuses a change while no web node answers over TLS. HAProxy would take the change and count all web nodes as healthy
 * until their first checks, so the rollout would go on to the second load balancer.
 */
function webNodesAnswer(nodes: readonly Peer[]): BundleCheck {
  const more = ["--fail"];
  const command = innerRequest({ nodes, port: webPorts.tls, path: "/healthz", more });
  return { files: [configPath, innerCaPath], command, needs: [innerCaPath] };
}

function ownCertificate({ domains }: EdgeHttps): string {
  const settings = { certificate: edgeCertificatePath, names: domains };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** Limit of HAProxy's open files. Hosts in containers refuse more than 20 000. */
const edgeOpenFiles = 20_000;

/** Restarts HAProxy at once after an exit, and makes it a late choice of the kernel's OOM killer. */
function haproxyDropIn(): string {
  return alwaysRestarted(20, [
    `LimitNOFILE=${edgeOpenFiles}`,
    "OOMScoreAdjust=-800",
    ...proxySandbox,
  ]);
}
