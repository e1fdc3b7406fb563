import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

/** Who served one request. */
export interface Visit {
  lb: string;
  web: string;
  app: string;
  db: { write: string; read: string };
}

/** A signed-in visitor. */
export interface Visitor {
  cookie: string;
}

async function request(url: string, path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(new URL(path, url), {
    redirect: "manual",
    signal: AbortSignal.timeout(10_000),
    ...init,
  });
  return response;
}

/** Asks who serves. */
export async function whoami(url: string): Promise<Visit> {
  const response = await request(url, "/api/whoami");
  assert.equal(response.status, 200);
  return (await response.json()) as Visit;
}

/** Creates an account and returns its session. */
export async function signUp(url: string): Promise<Visitor> {
  const body = new URLSearchParams({
    name: `story${randomUUID().slice(0, 8)}`,
    password: `pw-${randomUUID()}`,
  });
  const response = await request(url, "/sign-up", {
    method: "POST",
    body,
    headers: { origin: new URL(url).origin },
  });
  assert.ok([200, 201, 302, 303].includes(response.status), `sign-up answered ${response.status}`);
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  return { cookie: cookies.join("; ") };
}

/** Writes a guestbook entry. */
export async function addEntry(url: string, { cookie }: Visitor, text: string): Promise<void> {
  const response = await request(url, "/api/entries", {
    method: "POST",
    body: JSON.stringify({ text }),
    headers: {
      cookie,
      origin: new URL(url).origin,
      "content-type": "application/json",
      "idempotency-key": randomUUID(),
    },
  });
  assert.equal(response.status, 201, await response.text());
}

/** Reads the guestbook; says which app node answered. */
export async function listEntries(url: string): Promise<{ app: string; entries: string[] }> {
  const response = await request(url, "/api/entries");
  assert.equal(response.status, 200);
  const { entries } = (await response.json()) as { entries: { text: string }[] };
  const app = /\bapp-\d+/.exec(response.headers.get("x-served-by") ?? "")?.[0] ?? "unknown";
  return { app, entries: entries.map(({ text }) => text) };
}
