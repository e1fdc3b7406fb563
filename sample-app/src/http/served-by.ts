import type { Ctx, Route } from "./context";

/** The servers this request passed so far. The two headers are set by our own proxies. */
export function incomingRoute(c: Ctx): Route {
  return {
    lb: serverName(c.req.header("x-webstack-lb")),
    web: serverName(c.req.header("x-webstack-web")),
    app: c.var.services.nodeName,
    db: "-",
  };
}

/** Notes which database server gave or took the data. */
export function usedDatabase(c: Ctx, node: string): void {
  c.set("route", { ...c.var.route, db: node });
}

/** Value of `X-Served-By`, such as `lb-1 web-2 app-1 db-3`. */
export function servedBy({ lb, web, app, db }: Route): string {
  return `${lb} ${web} ${app} ${db}`;
}

function serverName(value: string | undefined): string {
  return value !== undefined && /^[\w.-]{1,63}$/.test(value) ? value : "-";
}
