import { createHash, randomBytes } from "node:crypto";
import { Hono } from "hono";
import { actionToWire } from "./actions";
import type { Cloud } from "./cloud";
import { ApiError, invalidInput, notFound } from "./errors";
import { listed } from "./listing";
import { idOf, type Env } from "./request";
import { catalogueRoutes } from "./resources/catalogue";
import { firewallRoutes } from "./resources/firewalls";
import { floatingIpRoutes } from "./resources/floating-ips";
import { networkRoutes } from "./resources/networks";
import { placementGroupRoutes } from "./resources/placement-groups";
import { primaryIpRoutes } from "./resources/primary-ips";
import { serverActionRoutes } from "./resources/server-actions";
import { serverNetworkRoutes } from "./resources/server-network-actions";
import { serverRoutes } from "./resources/servers";
import { sshKeyRoutes } from "./resources/ssh-keys";
import { volumeRoutes } from "./resources/volumes";

/** Calls per hour and project; one is given back each second. Source: API reference, rate limiting. */
const callsPerHour = 3_600;

/** Name of a token's project: a digest, so that the state holds no token. */
export function projectOf(token: string): string {
  return createHash("sha256").update(token).digest("hex").slice(0, 16);
}

/** The API under `/v1`. `tokens`: 64 characters each; each is a project of its own. */
export function apiApp(cloud: Cloud, tokens: readonly string[]): Hono<Env> {
  const api = new Hono<Env>();
  const projects = new Map(tokens.map((token) => [`Bearer ${token}`, projectOf(token)]));
  api.use(async (call, next) => {
    call.header("X-Correlation-Id", randomBytes(8).toString("hex"));
    call.header("RateLimit-Limit", String(callsPerHour));
    call.header("RateLimit-Remaining", String(callsPerHour - 1));
    call.header("RateLimit-Reset", String(Math.floor(cloud.now().getTime() / 1000) + 1));
    const project = projects.get(call.req.header("authorization") ?? "");
    if (!project) throw new ApiError("unauthorized", "unable to authenticate");
    call.set("project", project);
    await next();
  });
  for (const routes of families(cloud)) api.route("/", routes);
  addActions(api, cloud);
  api.notFound((call) => {
    const text = `the local cloud does not emulate ${call.req.method} ${call.req.path}`;
    return call.json(new ApiError("not_found", text).toWire(), 404);
  });
  api.onError((error, call) => {
    if (error instanceof ApiError) return call.json(error.toWire(), error.status as 400);
    console.error(error);
    const bug = new ApiError("server_error", `the local cloud failed: ${error.message}`);
    return call.json(bug.toWire(), 500);
  });
  const app = new Hono<Env>();
  app.route("/v1", api);
  return app;
}

function families(cloud: Cloud): Hono<Env>[] {
  return [
    catalogueRoutes(),
    sshKeyRoutes(cloud),
    networkRoutes(cloud),
    placementGroupRoutes(cloud),
    firewallRoutes(cloud),
    floatingIpRoutes(cloud),
    primaryIpRoutes(cloud),
    volumeRoutes(cloud),
    serverRoutes(cloud),
    serverActionRoutes(cloud),
    serverNetworkRoutes(cloud),
  ];
}

/** https://docs.hetzner.cloud/reference/cloud#actions */
function addActions(api: Hono<Env>, { store }: Cloud): void {
  api.get("/actions", (call) => {
    if ((call.req.queries("id") ?? []).length === 0) {
      throw invalidInput({ name: "id", message: "id is required" });
    }
    const own = store.actions.filter(({ project }) => project === call.get("project"));
    return listed(call, "actions", own, actionToWire, {
      id: ({ id }) => id,
      status: ({ status }) => status,
    });
  });
  api.get("/actions/:id", (call) => {
    const id = idOf(call);
    const found = store.actions.find(
      (action) => action.id === id && action.project === call.get("project"),
    );
    if (!found) throw notFound("action", id);
    return call.json({ action: actionToWire(found) });
  });
}
