import { unitCheck } from "../base-system/base-bundle";
import { rootFile, type BundlePart, type BundleRelease } from "../bundle";
import type { Peer } from "../../topology";
import { nginxConf } from "./nginx-conf";
import { made } from "../notice";
import { text } from "../text";

/** What a web node depends on, besides what every node has. */
export interface WebBundleArgs {
  /** Node name. */
  node: string;
  /** App nodes, in order. */
  appNodes: readonly Peer[];
  /** Subnet of the load balancers with prefix. */
  lbSubnetCidr: string;
  /** The app's release, for its static files. */
  release: BundleRelease;
}

const dropInPath = "/etc/systemd/system/nginx.service.d/webstack.conf";

/** A web node: Nginx with the app's static files and a proxy to the app nodes. */
export function webBundle({ node, appNodes, lbSubnetCidr, release }: WebBundleArgs): BundlePart {
  return {
    packages: ["nginx"],
    directories: {
      [release.root]: { owner: "root", group: "root", mode: "0755" },
      [`${release.root}/releases`]: { owner: "root", group: "root", mode: "0755" },
    },
    files: {
      "/etc/nginx/nginx.conf": rootFile(nginxConf({ node, appNodes, lbSubnetCidr })),
      [dropInPath]: rootFile(dropIn()),
    },
    checks: [
      {
        files: ["/etc/nginx/nginx.conf"],
        command: ["/usr/sbin/nginx", "-t", "-q", "-c", "/etc/nginx/nginx.conf"],
      },
      unitCheck([dropInPath], ["nginx.service"], []),
    ],
    services: [
      {
        unit: "nginx.service",
        reloadFiles: ["/etc/nginx/nginx.conf", `${release.root}/current`],
        restartFiles: [dropInPath],
        needs: [],
        health: { http: "http://127.0.0.1:80/healthz", timeoutSeconds: 20 },
      },
    ],
    release,
  };
}

function dropIn(): string {
  return text`
    ${made}
    [Unit]
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    Restart=always
    RestartSec=100ms
    LimitNOFILE=16384
  `;
}
