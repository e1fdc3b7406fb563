import { describe, expect, it } from "vitest";
import { signedIn, start } from "../support/visitor";

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
