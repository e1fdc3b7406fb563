import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { documentedSettings, isNamedMap } from "../../config/setting";
import { settingsSchema } from "../../config/schema";
import { type Overrides, useStackFile } from "../support/stack-file";

const { problems } = useStackFile();

const refusals = parse(readFileSync(join(__dirname, "refusals.yaml"), "utf8")) as {
  refuses: string;
  settings: Overrides;
  encrypted?: string[];
  problem: string;
}[];

/** True for a problem of a setting, whose name the stack file may have chosen in part. */
function isAbout(problem: string, key: string): boolean {
  const [start = "", end] = key.split("<name>");
  const [named = ""] = problem.split(" ");
  return end === undefined ? named === key : named.startsWith(start) && named.endsWith(end);
}

describe("readSettings", () => {
  it.each(refusals)("refuses $refuses", ({ settings, encrypted, problem }) => {
    expect(problems(settings, encrypted)).toEqual([problem]);
  });

  it("is tried with at least 120 bad stack files, and with a bad value of every setting", () => {
    expect(new Set(refusals.map(({ problem }) => problem)).size).toBeGreaterThanOrEqual(120);
    const untried = documentedSettings(settingsSchema)
      .map(({ path }) => `webstack:${path.join(".")}`)
      .filter((key) => !refusals.some(({ problem }) => isAbout(problem, key)));
    expect(untried).toEqual([]);
  });

  it("names no command that replaces a whole map, with all that is encrypted in it", () => {
    const maps = documentedSettings(settingsSchema)
      .filter(({ schema }) => isNamedMap(schema))
      .map(({ path }) => `webstack:${path.join(".")}`);
    const stored = refusals.flatMap(({ problem }) =>
      [...problem.matchAll(/--path '([^']*)'/g)].map(([, path]) => path!),
    );
    expect(maps).toContain("webstack:app.secretEnv");
    expect(stored.filter((path) => maps.includes(path))).toEqual([]);
    expect(stored).toContain("webstack:app.secretEnv.KEY");
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
      "webstack:web.count",
      "webstack:db.nodes",
      "webstack:db.size",
      "webstack:adminCidr",
      "webstack:locations",
      "hcloud:token",
    ]);
  });

  it("reports the problems of several bad settings as it does each of them alone", () => {
    const single = refusals.filter(
      ({ settings, encrypted }) => Object.keys(settings).length === 1 && !encrypted,
    );
    const keyOf = ({ settings }: (typeof single)[number]) => Object.keys(settings)[0]!;
    const byKey = [...new Set(single.map(keyOf))].map((key) =>
      single.filter((row) => keyOf(row) === key),
    );
    const most = Math.max(...byKey.map((rows) => rows.length));
    for (let i = 0; i < most; i++) {
      const together = byKey.map((rows) => rows[i % rows.length]!);
      const found = problems(Object.assign({}, ...together.map(({ settings }) => settings)));
      // Of TLS some rules ask for a certificate that another row of the table has.
      const expected = together.map(({ problem }) => problem).filter((line) => !/tls/.test(line));
      expect(found).toEqual(expect.arrayContaining(expected));
    }
  });

  it("refuses secrets in clear text without showing them", () => {
    const secret = "S".repeat(64);
    const found = problems({
      "webstack:app": { secretEnv: { API_KEY: secret } },
      "webstack:loadBalancers": { api: { token: secret } },
    });
    expect(found).toEqual([
      "webstack:loadBalancers.api.token must be stored encrypted, got a text of 64 characters in clear; store it with: pulumi config set --secret --path 'webstack:loadBalancers.api.token'",
      "webstack:app.secretEnv.API_KEY must be stored encrypted, got a text of 64 characters in clear; store it with: pulumi config set --secret --path 'webstack:app.secretEnv.API_KEY'",
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
