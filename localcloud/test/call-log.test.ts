import { Hono } from "hono";
import { expect, it } from "vitest";
import { CallLog } from "../call-log";

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
