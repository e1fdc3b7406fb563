import { ApiFailure } from "../../../host/cloud-api/failure";
import type { Caller } from "../../../host/cloud-api/transport";

interface Route {
  destination: string;
  gateway: string;
}

/** An API with one network, 7, whose actions end at the first look; it also knows who has the floating IP 21. */
export function networkApi(gateway: string | undefined, owner = 12) {
  let routes: Route[] = [{ destination: "10.99.0.0/16", gateway: "10.0.3.11" }];
  if (gateway) routes.push({ destination: "0.0.0.0/0", gateway });
  const calls: string[] = [];
  const failures: [verb: string, error: ApiFailure][] = [];
  let actions = 0;
  const api: Caller = {
    call: async (method, path, body) => {
      const { destination, gateway: wanted } = (body ?? {}) as Partial<Route>;
      calls.push([method, path.split("?")[0], wanted].filter(Boolean).join(" "));
      const i = failures.findIndex(([verb]) => path.includes(verb));
      if (i >= 0) throw failures.splice(i, 1)[0]![1];
      if (path === "networks/7") return { network: { id: 7, routes: [...routes] } };
      if (path.startsWith("floating_ips")) return { floating_ips: [{ id: 21, server: owner }] };
      if (path.startsWith("actions/")) return { action: { id: actions, status: "success" } };
      const [, verb] = /^networks\/7\/actions\/(\w+)$/.exec(path) ?? [];
      if (verb === "delete_route") {
        routes = routes.filter((one) => one.destination !== destination || one.gateway !== wanted);
      } else if (verb === "add_route") {
        if (routes.some((one) => one.destination === destination)) {
          throw new ApiFailure("route exists", { status: 409 });
        }
        routes.push({ destination: destination!, gateway: wanted! });
      } else throw new ApiFailure(`no ${method} ${path}`, { status: 404 });
      return { action: { id: ++actions, status: "running" } };
    },
  };
  return {
    api,
    calls,
    routes: () => routes,
    gateway: () => routes.find(({ destination }) => destination === "0.0.0.0/0")?.gateway,
    failNext: (verb: string, error: ApiFailure) => void failures.push([verb, error]),
  };
}
