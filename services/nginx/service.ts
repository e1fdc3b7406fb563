import { alwaysRestarted } from "../always-restarted";
import { rootFile, type BundleRelease } from "../bundle";
import type { Service } from "../service";
import { nginxConf } from "./nginx-conf";
import type { StaticSite } from "./static-site";

/** What Nginx depends on. */
export interface NginxFacts {
  /** Node name. */
  node: string;
  /** Subnet of the load balancers with prefix. */
  subnets: { lb: string };
  /** Largest body of a request, MiB; at least 1. */
  maxBodyMib: number;
  /** What is served of the release. */
  site: StaticSite;
  /** The app's release, for its static files. */
  release: BundleRelease;
}

const configPath = "/etc/nginx/nginx.conf";
const dropInPath = "/etc/systemd/system/nginx.service.d/webstack.conf";

/** Nginx, which serves the app's static files and passes everything else on to the proxy to the app nodes. */
export const nginx: Service<NginxFacts> = {
  name: "nginx",
  openings: [{ from: "lb", protocol: "tcp", port: 80, purpose: "HTTP and health checks" }],
  part: ({ node, maxBodyMib, subnets, site, release }) => ({
    packages: ["nginx"],
    directories: {
      [release.root]: { owner: "root", group: "root", mode: "0755" },
      [`${release.root}/releases`]: { owner: "root", group: "root", mode: "0755" },
    },
    files: {
      [configPath]: rootFile(nginxConf({ node, maxBodyMib, site, lbSubnetCidr: subnets.lb })),
      [dropInPath]: rootFile(alwaysRestarted(100, ["LimitNOFILE=16384"])),
    },
    checks: [{ files: [configPath], command: ["/usr/sbin/nginx", "-t", "-q", "-c", configPath] }],
    unitFiles: { dropIns: [dropInPath], packaged: ["nginx.service"] },
    services: [
      {
        unit: "nginx.service",
        reloadFiles: [configPath, `${release.root}/current`],
        restartFiles: [dropInPath],
        needs: [],
        health: { http: "http://127.0.0.1:80/healthz", timeoutSeconds: 20 },
      },
    ],
    release,
  }),
};
