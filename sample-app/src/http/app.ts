import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { describeError, KeyReusedError, NameTakenError, UnavailableError } from "../errors";
import { apiRoutes } from "./api";
import type { Ctx, Env, Routes, Services } from "./context";
import { readCookies } from "./cookies";
import { InputError } from "./input";
import { mayChange } from "./origin";
import { pageRoutes, show } from "./pages";
import { incomingRoute, servedBy } from "./served-by";
import { failurePage } from "./views";

const maxBodyBytes = 16 * 1024;
const slowMs = 1000;

/** The whole application as a function from request to response. */
export function createApp(services: Services): Routes {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    c.set("services", services);
    c.set("route", incomingRoute(c));
    await watched(c, next);
  });
  app.get("/healthz", (c) => c.text("ok\n", 200, { "Cache-Control": "no-store" }));
  app.get("/readyz", readiness);
  app.get("/favicon.svg", (c) => services.files.serve(c) ?? notFound(c));
  app.get("/robots.txt", (c) => services.files.serve(c) ?? notFound(c));
  app.get("/assets/*", (c) => services.files.serve(c) ?? notFound(c));
  app.use(async (c, next) => {
    if (!mayChange(sourceOf(c))) {
      return refuse(c, 403, "Refused", "This request was made by another site.");
    }
    readCookies(c);
    c.header("Cache-Control", "no-store");
    return next();
  });
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (c) => tooLarge(c as Ctx) }));
  app.route("/api", apiRoutes());
  app.route("/", pageRoutes());
  app.notFound(notFound);
  app.onError(failed);
  return app;
}

async function watched(c: Ctx, next: () => Promise<void>): Promise<void> {
  const { clock, log } = c.var.services;
  const begin = clock.now();
  await next();
  c.header("X-Served-By", servedBy(c.var.route));
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "same-origin");
  c.header("Content-Security-Policy", contentSecurityPolicy);
  const ms = clock.now() - begin;
  const { status } = c.res;
  // 503 is either what a probe is told on purpose or has its own line.
  if ((ms < slowMs && status < 500) || status === 503) return;
  log(status < 500 ? "info" : "warning", "slow-or-failed-request", {
    method: c.req.method,
    path: c.req.path,
    status,
    ms,
    db: c.var.route.db,
  });
}

const contentSecurityPolicy =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

function readiness(c: Ctx): Response {
  const reluctance = c.var.services.lifecycle.reluctance;
  const status = reluctance === undefined ? 200 : 503;
  return c.text(`${reluctance ?? "ready"}\n`, status, { "Cache-Control": "no-store" });
}

function sourceOf(c: Ctx): Parameters<typeof mayChange>[0] {
  return {
    method: c.req.method,
    site: c.req.header("sec-fetch-site"),
    origin: c.req.header("origin"),
    host: c.req.header("x-forwarded-host") ?? c.req.header("host"),
  };
}

function failed(error: Error, c: Ctx): Response | Promise<Response> {
  if (error instanceof InputError)
    return refuse(c, 422, "Not accepted", error.message, error.fields);
  if (error instanceof KeyReusedError) return refuse(c, 422, "Not accepted", error.message);
  if (error instanceof NameTakenError) return refuse(c, 409, "Not accepted", error.message);
  if (error instanceof HTTPException)
    return refuse(c, 400, "Not understood", "The request is malformed.");
  const { log } = c.var.services;
  if (error instanceof UnavailableError) {
    log("warning", "unavailable", describeError(error));
    c.header("Retry-After", String(error.retryAfterSeconds));
    return refuse(c, 503, "One moment", "The database is not available. Please try again.");
  }
  log("error", "unexpected-error", { ...describeError(error), stack: error.stack });
  return refuse(c, 500, "Something broke", "This is our fault. It was noted.");
}

function notFound(c: Ctx): Response | Promise<Response> {
  return refuse(c, 404, "Not found", "There is no such page.");
}

function tooLarge(c: Ctx): Response | Promise<Response> {
  return refuse(c, 413, "Too large", `A request may have ${maxBodyBytes} bytes.`);
}

function refuse(
  c: Ctx,
  status: ContentfulStatusCode,
  title: string,
  message: string,
  fields?: Record<string, string>,
): Response | Promise<Response> {
  if (c.req.path.startsWith("/api/")) return c.json({ error: message, fields }, status);
  return show(c, failurePage(title, message), status);
}
