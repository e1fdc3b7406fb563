import { describe, expect, it } from "vitest";
import { OverloadedError } from "../../src/errors";
import { Browser } from "../support/browser";
import { fakeServices } from "../support/services";

function start() {
  const fake = fakeServices();
  return { ...fake, browser: new Browser(fake.services) };
}

describe("health", () => {
  it("says that the process lives without asking the database", async () => {
    const { browser, store } = start();
    store.failure = new Error("no database");
    expect((await browser.get("/healthz")).status).toBe(200);
  });

  it("is ready from the migration to the drain", async () => {
    const { browser, services } = start();
    const answer = async (): Promise<string> => {
      const response = await browser.get("/readyz");
      return `${response.status} ${await response.text()}`;
    };
    expect(await answer()).toBe("503 waiting for the schema\n");
    services.lifecycle.migrated();
    expect(await answer()).toBe("200 ready\n");
    services.lifecycle.drain();
    expect(await answer()).toBe("503 draining\n");
  });

  it("stays ready while the primary is changed", async () => {
    const { browser, services, store } = start();
    services.lifecycle.migrated();
    store.failure = new OverloadedError("waiting");
    expect((await browser.get("/readyz")).status).toBe(200);
  });
});

describe("every answer", () => {
  const proxies = { "x-webstack-lb": "lb-1", "x-webstack-web": "web-2" };

  it("names the servers it passed", async () => {
    const { browser } = start();
    const response = await browser.get("/api/entries", proxies);
    expect(response.headers.get("x-served-by")).toBe("lb-1 web-2 app-1 db-2");
  });

  it("keeps a dash for servers that are unknown or have an impossible name", async () => {
    const { browser } = start();
    const response = await browser.get("/healthz", { "x-webstack-lb": "<lb>" });
    expect(response.headers.get("x-served-by")).toBe("- - app-1 -");
  });

  it("forbids foreign scripts and frames", async () => {
    const { browser } = start();
    const policy = (await browser.get("/")).headers.get("content-security-policy");
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it("is never cached where it holds data", async () => {
    const { browser } = start();
    expect((await browser.get("/")).headers.get("cache-control")).toBe("no-store");
  });
});

describe("failures", () => {
  it("answers 503 with a time to come back while the database is away", async () => {
    const { browser, store } = start();
    store.failure = new OverloadedError("500 writes are waiting already");
    const response = await browser.get("/api/entries");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("2");
  });

  it("answers 500 without details and logs them without the statement", async () => {
    const { browser, store, lines } = start();
    store.failure = Object.assign(new Error("broken"), { sql: "SELECT 'secret'" });
    const response = await browser.get("/");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("broken");
    expect(lines[0]).toEqual([
      "error",
      "unexpected-error",
      expect.objectContaining({ message: "broken" }),
    ]);
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  it("answers 404 to unknown addresses, to programs in JSON", async () => {
    const { browser } = start();
    expect((await browser.get("/nothing")).status).toBe(404);
    const response = await browser.get("/api/nothing");
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: "There is no such page." },
    ]);
  });

  it("refuses bodies over 16 KiB", async () => {
    const { browser } = start();
    const response = await browser.post("/api/entries", { text: "x".repeat(17_000) });
    expect(response.status).toBe(413);
  });

  it("refuses a change that another site asks for, before anything is done", async () => {
    const { browser, store } = start();
    const form = { name: "ada", password: "correct horse" };
    const response = await browser.submit("/sign-up", form, { origin: "https://evil.example" });
    expect(response.status).toBe(403);
    expect(store.accounts).toEqual([]);
  });
});

describe("static files", () => {
  it("come compressed where that is understood, and for ever where the name holds a hash", async () => {
    const { browser } = start();
    const path = "/assets/app-0123456789.css";
    const packed = await browser.get(path, { "accept-encoding": "gzip, br" });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(packed.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(packed.headers.get("content-type")).toBe("text/css; charset=utf-8");
    const plain = await browser.get(path);
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(await plain.text()).toBe("AB");
  });

  it("are not found outside the directory", async () => {
    const { browser } = start();
    expect((await browser.get("/assets/../server.js")).status).toBe(404);
    expect((await browser.get("/assets/app-0123456789.css.gz")).status).toBe(404);
  });

  it("are named in the page with their hash", async () => {
    const { browser } = start();
    expect(await (await browser.get("/")).text()).toContain('href="/assets/app-0123456789.css"');
  });
});
