import { getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import { freshAfter, freshForMs, freshness, stillWanted } from "../database/freshness";
import { account, type Account } from "../store";
import type { Ctx } from "./context";

const sessionMs = 14 * 24 * 3600 * 1000;
const session = account.extend({ until: z.number().int() });

/**
 * Reads the signed cookies into the request's variables. Whatever is missing, forged, malformed or
 * expired counts as absent. A session in the second half of its time is renewed.
 */
export function readCookies(c: Ctx): void {
  const now = c.var.services.clock.now();
  const found = readSigned(c, "session", session);
  const valid = found !== undefined && found.until > now;
  c.set("account", valid ? { id: found.id, name: found.name } : undefined);
  c.set("fresh", stillWanted(readSigned(c, "recent", freshness), now));
  if (valid && found.until - now < sessionMs / 2) startSession(c, found);
}

/** Signs somebody in. Nothing is kept on a server, so the session survives the loss of any of them. */
export function startSession(c: Ctx, { id, name }: Account): void {
  const until = c.var.services.clock.now() + sessionMs;
  writeSigned(c, "session", { id, name, until }, sessionMs);
  c.set("account", { id, name });
}

/** Signs somebody out of this browser. */
export function endSession(c: Ctx): void {
  setCookie(c, "session", "", attributes(c, 0));
  c.set("account", undefined);
}

/** Lets the next reads of this browser see the write that was committed as `gtid`. */
export function rememberWrite(c: Ctx, gtid: string | undefined): void {
  const wanted = freshAfter(c.var.services.clock.now(), gtid);
  writeSigned(c, "recent", wanted, freshForMs);
}

function readSigned<T>(c: Ctx, name: string, shape: z.ZodType<T>): T | undefined {
  const text = c.var.services.signer.verify(name, getCookie(c, name) ?? "");
  if (text === undefined) return undefined;
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function writeSigned(c: Ctx, name: string, value: object, lifeMs: number): void {
  const signed = c.var.services.signer.sign(name, JSON.stringify(value));
  setCookie(c, name, signed, attributes(c, Math.ceil(lifeMs / 1000)));
}

function attributes(c: Ctx, maxAge: number): Parameters<typeof setCookie>[3] {
  const secure = c.req.header("x-forwarded-proto") === "https";
  return { path: "/", httpOnly: true, sameSite: "Lax", secure, maxAge };
}
