import { createHash, randomBytes } from "node:crypto";
import { Hono } from "hono";
import { type CallLog, rateLimitExceeded, type RateLimit } from "./calls";
import type { Cloud } from "./cloud";
import { ApiError } from "./errors";
import type { ApiFaults } from "./faults/api-faults";
import type { Call, Env } from "./request";
import { actionRoutes } from "./resources/actions";
import { catalogueRoutes, datacenterRoutes } from "./resources/catalogue";
import { firewallRoutes } from "./resources/firewalls";
import { floatingIpRoutes } from "./resources/floating-ips";
import { networkRoutes } from "./resources/networks";
import { placementGroupRoutes } from "./resources/placement-groups";
import { primaryIpRoutes } from "./resources/primary-ips";
import { serverActionRoutes } from "./resources/server-actions";
import { serverNetworkRoutes } from "./resources/server-network-actions";
import { serverPowerRoutes, serverRebuildRoutes } from "./resources/server-power";
import { serverRoutes } from "./resources/servers";
import { sshKeyRoutes } from "./resources/ssh-keys";
import { volumeRoutes } from "./resources/volumes";
import { rrSetRoutes } from "./resources/zone-rrsets";
import { zoneRoutes } from "./resources/zones";

/** Families of the real API that are missing here; their calls say so. */
const missing = ["certificates", "load_balancers", "storage_boxes", "storage_box_types"];

/** Calls of the real API that are missing here, of paths that have another method here. */
const missingMethods: readonly (readonly [method: string, pattern: string])[] = [
  ["PUT", "/v1/images/:id"],
  ["DELETE", "/v1/images/:id"],
  ["PUT", "/v1/zones/:id/rrsets/:name/:type"],
];

/** Settings of {@link apiApp}. */
export interface ApiSettings {
  /** 64 characters each; each is a project of its own. */
  tokens: readonly string[];
  /** Counts the calls of each project and says which are refused. */
  limit: RateLimit;
  /** Faults to inject. @default none */
  faults?: ApiFaults;
  /** Counts the calls. @default nobody counts */
  callLog?: CallLog;
}

/** Name of a token's project: a digest, so that the state holds no token. */
export function projectOf(token: string): string {
  return createHash("sha256").update(token).digest("hex").slice(0, 16);
}

/** The API under `/v1`. */
export function apiApp(cloud: Cloud, { tokens, limit, faults, callLog }: ApiSettings): Hono<Env> {
  const app = new Hono<Env>();
  const projects = new Map(tokens.map((token) => [token, projectOf(token)]));
  if (callLog) app.use(callLog.middleware);
  if (faults) app.use(faults.middleware);
  app.use(async (call, next) => {
    call.header("X-Correlation-Id", randomBytes(8).toString("hex"));
    const [, token = ""] = /^bearer\s+(\S+)$/i.exec(call.req.header("authorization") ?? "") ?? [];
    const project = projects.get(token);
    if (!project) throw new ApiError("unauthorized", "unable to authenticate");
    const { headers, refused } = limit.count(project);
    for (const [name, value] of Object.entries(headers)) call.header(name, value);
    if (refused) throw rateLimitExceeded();
    cloud.offer.refuseWrite(call.req.method);
    call.set("project", project);
    await next();
    cloud.store.flush();
  });
  for (const routes of families(cloud)) app.route("/v1", routes);
  app.notFound((call) => refusal(call, unknownEndpoint(app, call)));
  app.onError((error, call) => {
    cloud.store.flush();
    if (error instanceof ApiError) return refusal(call, error);
    console.error(error);
    return refusal(call, new ApiError("server_error", `the local cloud failed: ${error.message}`));
  });
  return app;
}

function refusal(call: Call, error: ApiError): Response {
  return call.json(error.toWire(), error.status as 400);
}

function families(cloud: Cloud): Hono<Env>[] {
  return [
    actionRoutes(cloud),
    catalogueRoutes(cloud),
    datacenterRoutes(cloud),
    sshKeyRoutes(cloud),
    networkRoutes(cloud),
    placementGroupRoutes(cloud),
    firewallRoutes(cloud),
    floatingIpRoutes(cloud),
    primaryIpRoutes(cloud),
    volumeRoutes(cloud),
    zoneRoutes(cloud),
    rrSetRoutes(cloud),
    serverRoutes(cloud),
    serverPowerRoutes(cloud),
    serverActionRoutes(cloud),
    serverRebuildRoutes(cloud),
    serverNetworkRoutes(cloud),
  ];
}

/** Why a call has no handler: another method, not emulated, or unknown. */
function unknownEndpoint(app: Hono<Env>, { req: { method, path } }: Call): ApiError {
  const isKnown = app.routes.some((route) => route.method !== "ALL" && fits(route.path, path));
  const isMissing = missingMethods.some(([one, of]) => one === method && fits(of, path));
  if (isKnown && method !== "POST" && !isMissing) {
    return new ApiError("method_not_allowed", `method ${method} is not allowed for ${path}`);
  }
  const text = `the local cloud does not emulate ${method} ${path}`;
  const families = new Set([...missing, ...app.routes.map((route) => route.path.split("/")[2])]);
  const isOfFamily = path.startsWith("/v1/") && families.has(path.split("/")[2]);
  return new ApiError(isOfFamily ? "unsupported_error" : "not_found", text);
}

function fits(pattern: string, path: string): boolean {
  const [want, got] = [pattern.split("/"), path.split("/")];
  return want.length === got.length && want.every((part, i) => part[0] === ":" || part === got[i]);
}
