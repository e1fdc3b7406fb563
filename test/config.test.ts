import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { valueOf } from "./support/record";
import { fakeToken } from "./support/stack-config";
import { useStackFile } from "./support/stack-file";

const project = useStackFile();
const { read } = project;

describe("readSettings", () => {
  it("fills in every default", () => {
    const { app, loadBalancers, ...rest } = read();
    expect(rest).toEqual({
      locations: ["nbg1"],
      networkZone: "eu-central",
      image: "ubuntu-26.04",
      protect: true,
      consent: [],
      innerTls: false,
      edgeTls: { mode: "selfSigned", domains: [], redirect: false, hsts: "off" },
      admin: { user: "webstack", sshKeys: [], deployKeyVersion: 1, cidrs: ["192.0.2.7/32"] },
      network: { ipRange: "10.0.0.0/16", publicAddresses: "all" },
      web: {
        count: 2,
        serverType: "cpx12",
        maxBodyMib: 10,
        answerTimeoutSeconds: 30,
        idleTimeoutSeconds: 3600,
        brotli: false,
        headers: {},
        egress: "none",
        locations: {},
        paths: {},
      },
      db: {
        nodes: 3,
        serverType: "cpx22",
        bufferPoolMib: 1536,
        passwordVersion: 1,
        xcomHelp: true,
      },
    });
    expect(loadBalancers).toMatchObject({
      serverType: "cpx12",
      ipv6: true,
      api: { endpoint: "https://api.hetzner.cloud/v1" },
    });
    expect(app).toMatchObject({ count: 2, serverType: "cpx22", env: {}, processes: 2 });
    expect(app.source).toEqual({ path: join(project.root, "sample-app", "dist") });
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
    expect(await valueOf(shared)).toBe(fakeToken);
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

  it("takes what is different at a path", () => {
    const paths = {
      "/api/export": { answerTimeoutSeconds: 600, maxBodyMib: 2048, buffering: false },
      "/up/": {},
    };
    expect(read({ "webstack:web": { paths } }).web.paths).toEqual(paths);
  });

  it("names workers, and reads their commands", () => {
    const { workers } = read({
      "webstack:app": {
        workers: { mail: { command: "node 'my worker.js'" }, index: { command: "x", nodes: 2 } },
      },
    }).app;
    expect(workers).toEqual([
      {
        name: "mail",
        command: ["node", "my worker.js"],
        nodes: "all",
        processes: 1,
        stopSeconds: 30,
      },
      { name: "index", command: ["x"], nodes: 2, processes: 1, stopSeconds: 30 },
    ]);
  });

  it("takes headers with any printed character, and lines of the services' own as they are", () => {
    const headers = { "Content-Security-Policy": `default-src 'self'; img-src "%" {$x}` };
    const locations = { "~* ^/a(b|c)$": "return 204;", "= /old": "return 301 /new;\n" };
    const nginxSnippet = "error_page 404 /404.html;\n\n# done\n";
    const chosen = read({ "webstack:web": { headers, locations, nginxSnippet } }).web;
    expect(chosen).toMatchObject({ headers, locations, nginxSnippet });
  });

  it("trusts no proxy and has a generous limit for each client unless it is told otherwise", () => {
    const { loadBalancers } = read();
    expect(loadBalancers).toMatchObject({
      trustedProxies: [],
      clientAddressHeader: "X-Forwarded-For",
    });
    expect(loadBalancers.limits).toEqual({ requestsPerSecond: 1000 });
  });

  it("knows the address blocks of proxies that are trusted by name", () => {
    const trustedProxies = ["cloudflare", "203.0.113.0/24"];
    const blocks = read({ "webstack:loadBalancers": { trustedProxies } }).loadBalancers
      .trustedProxies;
    expect(blocks).toContain("173.245.48.0/20");
    expect(blocks.at(-1)).toBe("203.0.113.0/24");
  });

  it("reads jobs, and when they are due", () => {
    const { cron } = read({
      "webstack:app": {
        cron: {
          report: {
            command: "node report.js",
            schedule: "30 3 1 * mon",
            timeZone: "Europe/Berlin",
          },
        },
      },
    }).app;
    expect(cron).toEqual([
      {
        name: "report",
        command: ["node", "report.js"],
        calendar: ["*-*-01 03:30:00 Europe/Berlin", "Mon *-*-* 03:30:00 Europe/Berlin"],
        timeoutSeconds: 3_600,
      },
    ]);
  });

  it("knows what the web nodes serve, and that a site alone has no processes", () => {
    const site = (settings: object) => read({ "webstack:app": { static: settings } }).app.site;
    const none = { immutable: {}, appPaths: [] };
    expect(site({})).toEqual({ ...none, directories: { "/": "public" }, only: false });
    const { app } = read({ "webstack:app": { serverType: "cpx99", static: { only: true } } });
    expect(app.site).toEqual({ ...none, directories: { "/": "." }, only: true });
    expect(app.processes).toBe(0);
    const spa = { directories: { "/": "dist" }, fallback: "index.html", appPaths: ["/api"] };
    const own = { ...spa, immutable: { "/_app": "dist/_app" } };
    expect(site(own)).toEqual({ ...own, only: false });
  });
});
