import { packagedHaproxy } from "../packaged-haproxy";
import type { Service } from "../service";
import { appProxyCfg, type AppProxyCfgArgs, appProxyHealthUrl } from "./app-proxy-cfg";

/** The proxy between Nginx and the app nodes, which health-checks every app node. */
export const appProxy: Service<AppProxyCfgArgs> = {
  name: "app-proxy",
  openings: [],
  part: ({ appNodes, program, requests }) =>
    packagedHaproxy(appProxyCfg({ appNodes, program, requests }), {
      http: appProxyHealthUrl,
      timeoutSeconds: 20,
    }),
};
