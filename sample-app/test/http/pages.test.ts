import { describe, expect, it } from "vitest";
import { OverloadedError } from "../../src/errors";
import { Browser } from "../support/browser";
import { fakeServices } from "../support/services";

const ada = { name: "ada", password: "correct horse" };

function start() {
  const fake = fakeServices();
  return { ...fake, browser: new Browser(fake.services) };
}

async function signedIn() {
  const started = start();
  await started.browser.submit("/sign-up", ada);
  return started;
}

describe("the guestbook", () => {
  it("invites strangers and lets nobody write unknown", async () => {
    const { browser, store } = start();
    expect(await (await browser.get("/")).text()).toContain('href="/sign-up"');
    const response = await browser.submit("/entries", { text: "hi" });
    expect([response.status, response.headers.get("location")]).toEqual([303, "/sign-in"]);
    expect(store.entryList).toEqual([]);
  });

  it("shows what was written, with every text escaped", async () => {
    const { browser } = await signedIn();
    await browser.submit("/entries", { text: "<script>alert(1)</script>" });
    const page = await (await browser.get("/")).text();
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toContain("<script>alert");
  });

  it("writes once when its form is sent twice", async () => {
    const { browser, store } = await signedIn();
    const page = await (await browser.get("/")).text();
    const key = /name="idempotencyKey" value="([^"]+)"/.exec(page)?.[1] ?? "";
    await browser.submit("/entries", { text: "hi", idempotencyKey: key });
    const second = await browser.submit("/entries", { text: "hi", idempotencyKey: key });
    expect([second.status, store.entryList.length]).toEqual([303, 1]);
  });

  it("gives a refused text back with the reason", async () => {
    const { browser } = await signedIn();
    const response = await browser.submit("/entries", { text: "x".repeat(501) });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain("Your text must have at most 500 characters.");
    expect(page).toContain("x".repeat(501));
  });

  it("links to older entries only when there are any", async () => {
    const { browser, store } = await signedIn();
    for (let n = 0; n < 20; n++) await store.addEntry({ id: 1, name: "ada" }, "hi", `key-${n}`);
    expect(await (await browser.get("/")).text()).toContain('href="/?before=1"');
    expect(await (await browser.get("/?before=5")).text()).not.toContain('rel="next"');
  });

  it("shows a page, not a stack, while the database is away", async () => {
    const { browser, store } = await signedIn();
    store.failure = new OverloadedError("waiting");
    const response = await browser.submit("/entries", { text: "hi" });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(await response.text()).toContain("The database is not available. Please try again.");
  });
});

describe("accounts", () => {
  it("are made, left and entered by forms", async () => {
    const { browser } = await signedIn();
    expect(await (await browser.get("/")).text()).toContain("Sign out");
    await browser.submit("/sign-out", {});
    expect(await (await browser.get("/")).text()).not.toContain("Sign out");
    const response = await browser.submit("/sign-in", ada);
    expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
  });

  it("are not entered with a wrong password, and the page does not say which part was wrong", async () => {
    const { browser } = await signedIn();
    const wrong = await browser.submit("/sign-in", { ...ada, password: "wrong" });
    const unknown = await browser.submit("/sign-in", { name: "bob", password: "wrong" });
    for (const response of [wrong, unknown]) {
      expect(response.status).toBe(401);
      expect(await response.text()).toContain("Name or password is wrong.");
    }
  });

  it("keep the typed name when the form is refused, but never the password", async () => {
    const { browser } = start();
    const response = await browser.submit("/sign-up", { name: "grace", password: "tiny-pw" });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain('value="grace"');
    expect(page).not.toContain("tiny-pw");
  });

  it("are refused for a name that is taken", async () => {
    const { services } = await signedIn();
    const other = new Browser(services);
    const response = await other.submit("/sign-up", { ...ada, password: "another horse" });
    expect(await response.text()).toContain("This name is taken.");
  });
});

describe("the page about the servers", () => {
  it("names them", async () => {
    const { browser } = start();
    const headers = { "x-webstack-lb": "lb-1", "x-webstack-web": "web-2" };
    const page = await (await browser.get("/route", headers)).text();
    for (const name of ["lb-1", "web-2", "app-1", "db-1", "db-3"]) {
      expect(page).toContain(`<td>${name}</td>`);
    }
  });
});
