import type { Peer } from "../../topology";
import { rootFile } from "../bundle";
import { made } from "../notice";
import type { Service } from "../service";
import { text } from "../text";
import { dbProxyCfg } from "./db-proxy-cfg";

/** What the proxy depends on. */
export interface DatabaseProxyFacts {
  /** Database nodes, in order; at least one. */
  databases: readonly Peer[];
}

const configPath = "/etc/haproxy/haproxy.cfg";
const dropInPath = "/etc/systemd/system/haproxy.service.d/webstack.conf";

/** The proxy through which programs of its own host reach the databases, whichever is the primary. */
export const databaseProxy: Service<DatabaseProxyFacts> = {
  name: "database-proxy",
  openings: [],
  part: ({ databases }) => ({
    packages: ["haproxy"],
    files: {
      [configPath]: rootFile(dbProxyCfg(databases)),
      [dropInPath]: rootFile(dropIn()),
    },
    checks: [{ files: [configPath], command: ["/usr/sbin/haproxy", "-c", "-q", "-f", configPath] }],
    unitFiles: { dropIns: [dropInPath], packaged: ["haproxy.service"] },
    services: [
      { unit: "haproxy.service", reloadFiles: [configPath], restartFiles: [dropInPath], needs: [] },
    ],
  }),
};

function dropIn(): string {
  return text`
    ${made}
    [Unit]
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    Restart=always
    RestartSec=100ms
  `;
}
