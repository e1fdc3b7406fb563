import { describe, expect, it } from "vitest";
import { Browser } from "../support/browser";
import { fakeServices } from "../support/services";

const ada = { name: "ada", password: "correct horse" };

function start() {
  const fake = fakeServices();
  return { ...fake, browser: new Browser(fake.services) };
}

async function signedIn() {
  const started = start();
  await started.browser.post("/api/accounts", ada);
  return started;
}

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

describe("POST /api/entries", () => {
  it("writes an entry on the primary", async () => {
    const { browser, store } = await signedIn();
    const response = await browser.post("/api/entries", { text: "  hi\r\nthere " });
    expect(await response.json()).toMatchObject({ entry: { author: "ada", text: "hi\nthere" } });
    expect(response.headers.get("x-served-by")).toBe("- - app-1 db-1");
    expect(store.entryList.length).toBe(1);
  });

  it.each([
    ["header", { "idempotency-key": "entry-key-1" }, {}],
    ["field", {}, { idempotencyKey: "entry-key-1" }],
  ])(
    "writes once for a key in a %s, and says when it only repeats the answer",
    async (_, headers, field) => {
      const { browser, store } = await signedIn();
      const body = { text: "hi", ...field };
      const first = await browser.post("/api/entries", body, headers as Record<string, string>);
      const second = await browser.post("/api/entries", body, headers as Record<string, string>);
      expect(await second.json()).toEqual(await first.json());
      expect(first.headers.get("idempotent-replayed")).toBeNull();
      expect(second.headers.get("idempotent-replayed")).toBe("true");
      expect(store.entryList.length).toBe(1);
    },
  );

  it("refuses a key that was used for another text", async () => {
    const { browser } = await signedIn();
    const key = { "idempotency-key": "entry-key-1" };
    await browser.post("/api/entries", { text: "hi" }, key);
    expect((await browser.post("/api/entries", { text: "ho" }, key)).status).toBe(422);
  });

  it.each([
    ["an empty text", { text: "  " }, "must not be empty"],
    ["a long text", { text: "x".repeat(501) }, "must have at most 500 characters"],
  ])("refuses %s", async (_, body, rule) => {
    const { browser } = await signedIn();
    const response = await browser.post("/api/entries", body);
    expect([response.status, await response.json()]).toMatchObject([
      422,
      { fields: { text: rule } },
    ]);
  });

  it("refuses a body that is not JSON, and a key that is no key", async () => {
    const { browser } = await signedIn();
    const text = { method: "POST", body: "{", headers: { "content-type": "application/json" } };
    expect((await browser.send("/api/entries", text)).status).toBe(422);
    const key = { "idempotency-key": "a b" };
    expect((await browser.post("/api/entries", { text: "hi" }, key)).status).toBe(422);
  });
});

describe("GET /api/entries", () => {
  it("lists the newest first, page by page", async () => {
    const { browser } = await signedIn();
    for (const text of ["one", "two", "three"]) await browser.post("/api/entries", { text });
    const list = async (query: string): Promise<string[]> => {
      const { entries } = (await (await browser.get(`/api/entries?${query}`)).json()) as {
        entries: { text: string }[];
      };
      return entries.map(({ text }) => text);
    };
    expect(await list("limit=2")).toEqual(["three", "two"]);
    expect(await list("limit=2&before=2")).toEqual(["one"]);
  });

  it("refuses a page without sense", async () => {
    const { browser } = start();
    expect((await browser.get("/api/entries?limit=1000")).status).toBe(422);
    expect((await browser.get("/api/entries?before=x")).status).toBe(422);
  });

  it("asks for the session's own write for ten seconds, and for nothing before and after", async () => {
    const { browser, clock, store } = await signedIn();
    await browser.get("/api/entries");
    await browser.post("/api/entries", { text: "hi" });
    const until = clock.now() + 10_000;
    await browser.get("/api/entries");
    clock.pass(10_000);
    await browser.get("/api/entries");
    expect(store.freshness).toEqual([undefined, { until, gtid: "uuid:7" }, undefined]);
  });
});

describe("GET /api/whoami", () => {
  it("names everything on the way", async () => {
    const { browser } = start();
    const headers = { "x-webstack-lb": "lb-2", "x-webstack-web": "web-1" };
    expect(await (await browser.get("/api/whoami", headers)).json()).toEqual({
      lb: "lb-2",
      web: "web-1",
      app: "app-1",
      process: "4711",
      db: { write: "db-1", read: "db-3" },
      account: null,
    });
  });

  it("answers while there is no primary", async () => {
    const { browser, store } = start();
    store.failure = new Error("no primary");
    const response = await browser.get("/api/whoami");
    expect([response.status, await response.json()]).toMatchObject([200, { db: { write: null } }]);
  });
});
