import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { KeyReusedError, NameTakenError } from "../errors";
import { listEntries, signIn, signUp, writeEntry } from "./actions";
import type { Ctx, Env, Routes } from "./context";
import { endSession } from "./cookies";
import { credentials, InputError, newAccount, newEntry, parseInput } from "./input";
import { accountForm, guestbook, layout, routePage, type Page } from "./views";

/** The routes for people; every form works without script. */
export function pageRoutes(): Routes {
  const routes = new Hono<Env>();
  routes.get("/", (c) => showGuestbook(c, {}, 200));
  routes.post("/entries", postEntry);
  routes.get("/sign-up", (c) => showForm(c, { kind: "sign-up" }, 200));
  routes.get("/sign-in", (c) => showForm(c, { kind: "sign-in" }, 200));
  routes.post("/sign-up", postSignUp);
  routes.post("/sign-in", postSignIn);
  routes.post("/sign-out", (c) => {
    endSession(c);
    return c.redirect("/", 303);
  });
  routes.get("/route", async (c) => {
    const db = await c.var.services.store.nodes();
    c.set("route", { ...c.var.route, db: db.read ?? "-" });
    return show(c, routePage(c.var.route, db), 200);
  });
  return routes;
}

/** Answers with a page. */
export function show(
  c: Ctx,
  page: Page,
  status: ContentfulStatusCode,
): Response | Promise<Response> {
  return c.html(layout(c, page), status);
}

async function showGuestbook(
  c: Ctx,
  again: { problem?: string; draft?: string },
  status: ContentfulStatusCode,
): Promise<Response> {
  const entries = await listEntries(c);
  const full = entries.length >= Number(c.req.query("limit") ?? 20);
  const older = full ? entries.at(-1)?.id : undefined;
  const key = c.var.services.newKey();
  return show(c, guestbook({ account: c.var.account, entries, key, older, ...again }), status);
}

async function postEntry(c: Ctx): Promise<Response> {
  const { account } = c.var;
  if (account === undefined) return c.redirect("/sign-in", 303);
  const body = await c.req.parseBody();
  try {
    await writeEntry(c, account, parseInput(newEntry, body));
    return c.redirect("/", 303);
  } catch (error) {
    const problem = problemOf(error);
    return showGuestbook(c, { problem, draft: text(body.text) }, 422);
  }
}

async function postSignUp(c: Ctx): Promise<Response> {
  const body = await c.req.parseBody();
  const name = text(body.name);
  try {
    const account = await signUp(c, parseInput(newAccount, body));
    if (account !== undefined) return c.redirect("/", 303);
    return showForm(c, { kind: "sign-up", name, problem: "This name is taken." }, 409);
  } catch (error) {
    return showForm(c, { kind: "sign-up", name, problem: problemOf(error) }, 422);
  }
}

async function postSignIn(c: Ctx): Promise<Response> {
  const body = await c.req.parseBody();
  const account = await signIn(c, parseInput(credentials, body));
  if (account !== undefined) return c.redirect("/", 303);
  const problem = "Name or password is wrong.";
  return showForm(c, { kind: "sign-in", name: text(body.name), problem }, 401);
}

function showForm(
  c: Ctx,
  form: { kind: "sign-in" | "sign-up"; name?: string; problem?: string },
  status: ContentfulStatusCode,
): Response | Promise<Response> {
  return show(c, accountForm({ ...form, key: c.var.services.newKey() }), status);
}

/** What to tell a person about `error`; anything that is not about the input is thrown on. */
function problemOf(error: unknown): string {
  if (error instanceof InputError) return `Your ${error.message}.`;
  if (error instanceof NameTakenError) return "This name is taken.";
  if (error instanceof KeyReusedError) return "This form was sent before with another text.";
  throw error;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
