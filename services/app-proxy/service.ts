import { alwaysRestarted } from "../always-restarted";
import { rootFile } from "../bundle";
import type { Service } from "../service";
import { appProxyCfg, type AppProxyCfgArgs, appProxyHealthUrl } from "./app-proxy-cfg";

const configPath = "/etc/haproxy/haproxy.cfg";
const dropInPath = "/etc/systemd/system/haproxy.service.d/webstack.conf";

/** The proxy through which Nginx reaches the app nodes that answer: it asks each of them all the time. */
export const appProxy: Service<AppProxyCfgArgs> = {
  name: "app-proxy",
  openings: [],
  part: ({ appNodes, program }) => ({
    packages: ["haproxy"],
    files: {
      [configPath]: rootFile(appProxyCfg({ appNodes, program })),
      [dropInPath]: rootFile(alwaysRestarted()),
    },
    checks: [{ files: [configPath], command: ["/usr/sbin/haproxy", "-c", "-q", "-f", configPath] }],
    unitFiles: { dropIns: [dropInPath], packaged: ["haproxy.service"] },
    services: [
      {
        unit: "haproxy.service",
        reloadFiles: [configPath],
        restartFiles: [dropInPath],
        needs: [],
        health: { http: appProxyHealthUrl, timeoutSeconds: 20 },
      },
    ],
  }),
};
