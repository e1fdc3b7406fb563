import { Hono } from "hono";
import { expect, it, describe } from "vitest";
import { CallLog, RateLimit } from "../calls";
import { TestClock } from "./support/test-clock";
import { refused, TestCloud, tokens } from "./support/test-cloud";

it("counts calls by the program that makes them", async () => {
  const log = new CallLog();
  const app = new Hono().use(log.middleware).get("/", (call) => call.text("fine"));
  const as = (agent: string) => app.request("/", { headers: { "user-agent": agent } });
  await as("webstack-mover");
  await as("hcloud-go/2.1 (linux)");
  await as("webstack-mover");
  await app.request("/");
  expect(log.all()).toEqual({ "hcloud-go": 1, unnamed: 1, "webstack-mover": 2 });
});

function used(limit: RateLimit, calls: number): void {
  for (let n = 0; n < calls; n++) limit.count("project");
}

describe("rate limit", () => {
  it("counts down in the headers", async () => {
    const cloud = new TestCloud({ rateLimit: true });
    const first = await cloud.get("/locations");
    const second = await cloud.get("/locations");
    expect(first.headers.get("ratelimit-limit")).toBe("3600");
    expect(first.headers.get("ratelimit-remaining")).toBe("3599");
    expect(second.headers.get("ratelimit-remaining")).toBe("3598");
    const full = cloud.clock.now().getTime() / 1000 + 2;
    expect(second.headers.get("ratelimit-reset")).toBe(String(full));
  });

  it("answers 429 to the 3601st call, and other projects go on", async () => {
    const cloud = new TestCloud({ rateLimit: true });
    for (let n = 0; n < 3_600; n++) await cloud.get("/ssh_keys/1");
    expect(await cloud.get("/locations")).toMatchObject(refused(429, "rate_limit_exceeded"));
    expect((await cloud.get("/locations", tokens[1])).status).toBe(200);
    await cloud.clock.pass(1_000);
    expect((await cloud.get("/locations")).status).toBe(200);
  });

  it("gives one call back each second, up to the limit", async () => {
    const clock = new TestClock();
    const limit = new RateLimit(clock, true);
    used(limit, 10);
    await clock.pass(4_000);
    expect(limit.count("project").headers["RateLimit-Remaining"]).toBe("3593");
    await clock.pass(3_600_000);
    expect(limit.count("project").headers["RateLimit-Remaining"]).toBe("3599");
  });

  it("gives all calls back when it is told to", () => {
    const limit = new RateLimit(new TestClock(), true);
    used(limit, 3_600);
    expect(limit.count("project").refused).toBe(true);
    limit.forget();
    expect(limit.count("project").headers["RateLimit-Remaining"]).toBe("3599");
  });

  it("refuses nobody when it is off", () => {
    const limit = new RateLimit(new TestClock(), false);
    used(limit, 3_600);
    expect(limit.count("project")).toMatchObject({
      refused: false,
      headers: { "RateLimit-Remaining": "0" },
    });
  });
});
