import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Overrides, useStackFile } from "../support/stack-file";

const { problems } = useStackFile();

const refusals = parse(readFileSync(join(__dirname, "refusals.yaml"), "utf8")) as {
  refuses: string;
  settings: Overrides;
  problem: string;
}[];

describe("readSettings", () => {
  it.each(refusals)("refuses $refuses", ({ settings, problem }) => {
    expect(problems(settings)).toEqual([problem]);
  });

  it("is tried with at least 40 bad stack files", () => {
    expect(new Set(refusals.map(({ problem }) => problem)).size).toBeGreaterThanOrEqual(40);
  });

  it("reports every problem at once", () => {
    const found = problems({
      "webstack:admin": { user: "root" },
      "webstack:db": { nodes: 2, size: 3 },
      "webstack:web": { count: 0 },
      "webstack:locations": ["nbg1", "sin"],
      "hcloud:token": null,
    });
    expect(found.map((line) => line.split(" ")[0])).toEqual([
      "webstack:admin.user",
      "webstack:admin.cidrs",
      "webstack:web.count",
      "webstack:db.nodes",
      "webstack:db.size",
      "webstack:locations",
      "hcloud:token",
    ]);
  });

  it("refuses secrets in clear text without showing them", () => {
    const secret = "S".repeat(64);
    const found = problems({
      "webstack:app": { secretEnv: { API_KEY: secret } },
      "webstack:loadBalancers": { api: { token: secret } },
    });
    expect(found).toEqual([
      "webstack:loadBalancers.api.token must be stored encrypted, got a text of 64 characters in clear; store it with: pulumi config set --secret --path 'webstack:loadBalancers.api.token'",
      "webstack:app.secretEnv must be stored encrypted, got a value that is hidden here in clear; store it with: pulumi config set --secret --path 'webstack:app.secretEnv'",
    ]);
  });

  it("does not show a secret that breaks its rule", () => {
    const found = problems(
      {
        "webstack:app": { secretEnv: { port: "hunter2" } },
        "webstack:loadBalancers": { api: { token: "hunter2" } },
      },
      ["webstack:app", "webstack:loadBalancers"],
    );
    expect(found.join("\n")).not.toContain("hunter2");
    expect(found).toHaveLength(2);
  });
});
