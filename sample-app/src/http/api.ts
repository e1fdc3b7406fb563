import { Hono } from "hono";
import { listEntries, signIn, signUp, writeEntry } from "./actions";
import type { Ctx, Env, Routes } from "./context";
import { endSession } from "./cookies";
import { credentials, newAccount, newEntry, parseInput } from "./input";

/** The JSON routes under `/api`. */
export function apiRoutes(): Routes {
  const routes = new Hono<Env>();
  routes.get("/entries", async (c) => c.json({ entries: await listEntries(c) }));
  routes.post("/entries", postEntry);
  routes.get("/whoami", whoami);
  routes.post("/accounts", async (c) => {
    const account = await signUp(c, parseInput(newAccount, await keyedBody(c)));
    return account === undefined ? wrongCredentials(c) : c.json({ account }, 201);
  });
  routes.post("/sessions", async (c) => {
    const account = await signIn(c, parseInput(credentials, await jsonBody(c)));
    return account === undefined ? wrongCredentials(c) : c.json({ account }, 201);
  });
  routes.delete("/sessions", (c) => {
    endSession(c);
    return c.body(null, 204);
  });
  return routes;
}

async function postEntry(c: Ctx): Promise<Response> {
  const { account } = c.var;
  if (account === undefined) return c.json({ error: "sign in first" }, 401);
  const { entry, replayed } = await writeEntry(
    c,
    account,
    parseInput(newEntry, await keyedBody(c)),
  );
  if (replayed) c.header("Idempotent-Replayed", "true");
  return c.json({ entry }, 201);
}

async function whoami(c: Ctx): Promise<Response> {
  const { store, processName } = c.var.services;
  const { lb, web, app } = c.var.route;
  const db = await store.nodes();
  c.set("route", { ...c.var.route, db: db.read ?? "-" });
  return c.json({ lb, web, app, process: processName, db, account: c.var.account?.name ?? null });
}

function wrongCredentials(c: Ctx): Response {
  return c.json({ error: "name or password is wrong" }, 401);
}

async function jsonBody(c: Ctx): Promise<unknown> {
  // A body that is no JSON fails the check of its shape.
  return c.req.json<unknown>().catch(() => undefined);
}

async function keyedBody(c: Ctx): Promise<unknown> {
  const body = await jsonBody(c);
  const key = c.req.header("idempotency-key");
  if (key === undefined || typeof body !== "object") return body;
  return { ...body, idempotencyKey: key };
}
