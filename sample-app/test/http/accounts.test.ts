import { describe, expect, it } from "vitest";
import { Browser } from "../support/browser";
import { fakeServices } from "../support/services";
import { ada, signedIn, start } from "../support/visitor";

describe("POST /api/accounts", () => {
  it("makes an account and signs it in with a cookie that scripts cannot read", async () => {
    const { browser, store } = start();
    const response = await browser.post("/api/accounts", ada);
    expect([response.status, await response.json()]).toEqual([
      201,
      { account: { id: 1, name: "ada" } },
    ]);
    expect(store.accounts[0]?.passwordHash).toBe("hash of correct horse");
    const cookie = response.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^session=.+HttpOnly; SameSite=Lax$/);
  });

  it("marks the cookie as secure behind https", async () => {
    const { browser } = start();
    const response = await browser.post("/api/accounts", ada, { "x-forwarded-proto": "https" });
    expect(response.headers.get("set-cookie")).toContain("; Secure");
  });

  it("refuses a name that is taken", async () => {
    const { browser } = await signedIn();
    expect((await browser.post("/api/accounts", ada)).status).toBe(409);
  });

  it("gives a repetition with the same key the same account", async () => {
    const { browser, store } = start();
    const key = { "idempotency-key": "sign-up-1" };
    await browser.post("/api/accounts", ada, key);
    const again = await browser.post("/api/accounts", ada, key);
    expect([again.status, store.accounts.length]).toEqual([201, 1]);
  });

  it("does not let a key stand in for the password", async () => {
    const { services, browser } = start();
    const key = { "idempotency-key": "sign-up-1" };
    await browser.post("/api/accounts", ada, key);
    const thief = new Browser(services);
    const response = await thief.post("/api/accounts", { ...ada, password: "wrong horse" }, key);
    expect(response.status).toBe(401);
    expect(thief.cookies.has("session")).toBe(false);
  });

  it("says which fields break which rule", async () => {
    const { browser } = start();
    const response = await browser.post("/api/accounts", { name: "a b", password: "short" });
    expect([response.status, await response.json()]).toMatchObject([
      422,
      {
        fields: {
          name: "must have 2 to 30 letters, digits, dots, dashes or underscores",
          password: "must have at least 8 characters",
        },
      },
    ]);
  });

  it("counts the password in bytes, because bcrypt would ignore the rest", async () => {
    const { browser } = start();
    const response = await browser.post("/api/accounts", { name: "ada", password: "ü".repeat(37) });
    expect(await response.json()).toMatchObject({
      fields: { password: "must have at most 72 bytes" },
    });
  });
});

describe("sessions", () => {
  it("start with name and password and end on request", async () => {
    const { browser } = await signedIn();
    await browser.send("/api/sessions", { method: "DELETE" });
    expect((await browser.post("/api/entries", { text: "hi" })).status).toBe(401);
    expect((await browser.post("/api/sessions", { ...ada, password: "wrong one" })).status).toBe(
      401,
    );
    expect((await browser.post("/api/sessions", ada)).status).toBe(201);
    expect((await browser.post("/api/entries", { text: "hi" })).status).toBe(201);
  });

  it("hold on every server with the same secret", async () => {
    const { browser } = await signedIn();
    const elsewhere = new Browser(fakeServices({ nodeName: "app-2" }).services);
    for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
    expect((await elsewhere.post("/api/entries", { text: "hi" })).status).toBe(201);
  });

  it("end after 14 days, and are renewed in the second half of that time", async () => {
    const { browser, clock } = await signedIn();
    const day = 24 * 3600 * 1000;
    const first = browser.cookies.get("session");
    clock.pass(6 * day);
    await browser.get("/api/entries");
    expect(browser.cookies.get("session")).toBe(first);
    clock.pass(2 * day);
    await browser.get("/api/entries");
    expect(browser.cookies.get("session")).not.toBe(first);
    clock.pass(14 * day);
    expect((await browser.post("/api/entries", { text: "hi" })).status).toBe(401);
  });

  it("cannot be forged", async () => {
    const { browser } = start();
    const body = Buffer.from('{"id":1,"name":"ada","until":9999999999999}').toString("base64url");
    browser.cookies.set("session", `${body}.AAAA`);
    expect((await browser.post("/api/entries", { text: "hi" })).status).toBe(401);
  });
});
