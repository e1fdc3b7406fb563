import { packagedHaproxy } from "../packaged-haproxy";
import type { Service } from "../service";
import { appProxyCfg, type AppProxyCfgArgs, appProxyHealthUrl } from "./app-proxy-cfg";

/** The proxy through which Nginx reaches the app nodes that answer: it asks each of them all the time. */
export const appProxy: Service<AppProxyCfgArgs> = {
  name: "app-proxy",
  openings: [],
  part: ({ appNodes, program, requests }) =>
    packagedHaproxy(appProxyCfg({ appNodes, program, requests }), {
      http: appProxyHealthUrl,
      timeoutSeconds: 20,
    }),
};
