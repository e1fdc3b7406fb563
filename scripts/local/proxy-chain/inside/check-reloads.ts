import { setTimeout as pause } from "node:timers/promises";
import type { Check } from "./results";
import { reload, reloadNginx } from "./daemons";
import { load } from "./visitor";

/** Number of reloads of each proxy: enough for a failed request if a proxy closes idle connections at once. */
const reloads = 20;

async function repeat(once: () => Promise<void> | void): Promise<void> {
  for (let i = 0; i < reloads; i++) {
    await once();
    await pause(400);
  }
}

const proxies: Record<string, () => Promise<void> | void> = {
  "load balancer": () => reload("edge-1", "/chain/edge-1.cfg"),
  "Nginx of the web node": reloadNginx,
  "proxy of the web node": () => reload("app-proxy", "/chain/app-proxy.cfg"),
  "balancer of the app node": () => reload("app", "/chain/app.cfg"),
};

/** Checks that a reload of a proxy fails no request, including requests that must not be repeated. */
export const reloadChecks: Check[] = Object.entries(proxies).map(([name, once]) => ({
  title: `no request fails while the ${name} reloads ${reloads} times`,
  run: () => load(() => repeat(once)),
}));
