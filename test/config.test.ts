import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { readSettings, type Settings } from "../config";
import { valueOf } from "./support/record";

const token = "T".repeat(64);
let root = "";

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "settings-"));
  mkdirSync(join(root, "sample-app", "dist"), { recursive: true });
  mkdirSync(join(root, "shop"));
  vi.stubEnv("HCLOUD_TOKEN", undefined);
  await pulumi.runtime.setMocks(
    { newResource: () => ({ id: "1", state: {} }), call: () => ({}) },
    "webstack",
    "test",
  );
});
afterAll(() => {
  rmSync(root, { recursive: true });
  vi.unstubAllEnvs();
});

type Overrides = Record<string, unknown>;

const refusals = parse(readFileSync(join(__dirname, "config", "refusals.yaml"), "utf8")) as {
  refuses: string;
  settings: Overrides;
  problem: string;
}[];

/** Reads a valid stack file in which `overrides` replace whole settings; null removes one. */
function read(overrides: Overrides = {}, secretKeys: string[] = []): Settings {
  const file: Overrides = {
    "hcloud:token": token,
    "webstack:admin": { cidrs: ["192.0.2.7/32"] },
    ...overrides,
  };
  const texts = Object.entries(file)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts) as Record<string, string>, secretKeys);
  return readSettings(root);
}

/** The problems that a stack file is refused with, without the heading. */
function problems(overrides: Overrides, secretKeys?: string[]): string[] {
  try {
    read(overrides, secretKeys);
  } catch (error) {
    const [heading, ...lines] = (error as Error).message.split("\n");
    expect(heading).toMatch(/^\d+ problems? in Pulumi\.test\.yaml:$/);
    return lines.map((line) => line.replace(/^ {2}- /, ""));
  }
  throw new Error("the settings were accepted");
}

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

describe("settings", () => {
  it("fills in every default", () => {
    const { app, loadBalancers, ...rest } = read();
    expect(rest).toEqual({
      locations: ["nbg1"],
      networkZone: "eu-central",
      image: "ubuntu-26.04",
      protect: true,
      admin: { user: "webstack", sshKeys: [], cidrs: ["192.0.2.7/32"] },
      network: { ipRange: "10.0.0.0/16" },
      web: { count: 2, serverType: "cpx12" },
      db: { nodes: 3, serverType: "cpx22", bufferPoolMib: 1536 },
    });
    expect(loadBalancers).toMatchObject({
      serverType: "cpx12",
      ipv6: false,
      api: { endpoint: "https://api.hetzner.cloud/v1" },
    });
    expect(app).toMatchObject({ count: 2, serverType: "cpx22", env: {}, processes: 2 });
    expect(app.source).toEqual({ path: join(root, "sample-app", "dist") });
  });

  it.each(["loadBalancers.tls", "domain"])("leaves out %s", (path) => {
    const value = path
      .split(".")
      .reduce<unknown>((here, name) => (here as Record<string, unknown>)[name], read());
    expect(value).toBeUndefined();
  });

  it("lets false and single numbers be chosen", () => {
    const chosen = read({ "webstack:protect": "false", "webstack:db": { nodes: 1 } });
    expect(chosen.protect).toBe(false);
    expect(chosen.db.nodes).toBe(1);
  });

  it("takes the token of its own before the shared one, and both as secrets", async () => {
    const own = "O".repeat(64);
    const { api } = read({ "webstack:loadBalancers": { api: { token: own } } }, [
      "webstack:loadBalancers",
    ]).loadBalancers;
    expect(await valueOf(api.token)).toBe(own);
    expect(await pulumi.isSecret(api.token)).toBe(true);
    const shared = read().loadBalancers.api.token;
    expect(await valueOf(shared)).toBe(token);
    expect(await pulumi.isSecret(shared)).toBe(true);
  });

  it("takes the token from the variable that the cloud's provider reads", async () => {
    vi.stubEnv("HCLOUD_TOKEN", "V".repeat(64));
    const { api } = read({ "hcloud:token": null }).loadBalancers;
    vi.stubEnv("HCLOUD_TOKEN", undefined);
    expect(await valueOf(api.token)).toBe("V".repeat(64));
  });

  it("takes an app by address instead of by path", () => {
    const { source } = read({
      "webstack:app": { url: "https://example.com/app.tar.gz", sha256: "a".repeat(64) },
    }).app;
    expect(source).toEqual({ url: "https://example.com/app.tar.gz", sha256: "a".repeat(64) });
  });

  it("keeps the app's secret environment secret", async () => {
    const { secretEnv } = read({ "webstack:app": { secretEnv: { API_KEY: "x" } } }, [
      "webstack:app",
    ]).app;
    expect(await pulumi.isSecret(secretEnv)).toBe(true);
  });

  it("sizes services by the type of their servers", () => {
    const { app, db } = read({
      "webstack:app": { serverType: "cpx42" },
      "webstack:db": { serverType: "ccx23" },
    });
    expect([app.processes, db.bufferPoolMib]).toEqual([8, 6528]);
  });

  it("takes a newer server type if its services are sized by hand", () => {
    const { app, db } = read({
      "webstack:app": { serverType: "cpx99", processes: 3 },
      "webstack:db": { serverType: "ccx99", bufferPoolMib: 4096 },
    });
    expect([app.processes, db.bufferPoolMib]).toEqual([3, 4096]);
  });

  it("finds the zone of the locations", () => {
    expect(read({ "webstack:locations": ["hil"] }).networkZone).toBe("us-west");
  });
});
