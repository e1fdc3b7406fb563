import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { ConnectArgs } from "../../../provider/connect";
import { pushToAll } from "../../../scripts/deploy/push";
import { outputsWith } from "../operate/support/nodes";

const world = vi.hoisted(() => ({
  visits: [] as ConnectArgs[],
  /** How the push to a host ends: whether anything was sent. */
  push: async (_host: string): Promise<boolean> => true,
  fetched: [] as string[],
  runtimes: [] as string[],
  staged: [] as string[],
  closed: 0,
}));
vi.mock("../../../provider/connect", () => ({
  connect: async (visit: ConnectArgs) => {
    world.visits.push(visit);
    return { host: visit.connection.host, close: () => world.closed++ };
  },
}));
vi.mock("../../../provider/release", () => ({
  pushRuntime: async ({ host }: { host: string }) => world.runtimes.push(host) > 0,
}));
vi.mock("../../../provider/remote", () => ({
  pushRelease: ({ host }: { host: string }) => world.push(host),
  prefetchRelease: async ({ host }: { host: string }) => {
    world.fetched.push(host);
    return true;
  },
  stageRelease: async ({ host }: { host: string }) => world.staged.push(host) > 0,
}));

const folder = mkdtempSync(join(tmpdir(), "push-"));
writeFileSync(join(folder, "key"), "the key");
afterAll(() => rmSync(folder, { recursive: true }));
// lb-1 is 10.0.0.1, and so on.
const outputs = {
  ...outputsWith("lb-1", "web-1", "app-1", "db-1"),
  ssh: { user: "webstack", bastions: ["203.0.113.11"] },
  files: { key: join(folder, "key"), knownHosts: "" },
};
const pins = new Map(
  ["web-1", "app-1"].map((name) => [name, { hostKey: `key of ${name}`, urn: `urn:${name}` }]),
);
const release = { digest: "d", root: "/srv/app", keep: 3, archive: "/a.tar.gz" };
let lines: string[];
const pushed = (different = {}, known = pins) =>
  pushToAll(outputs, { ...release, ...different }, known, {
    say: (line) => void lines.push(line.trim().replace(/\d+\.\d/, "N")),
    signal: new AbortController().signal,
  });
beforeEach(() => {
  Object.assign(world, { visits: [], fetched: [], staged: [], closed: 0, push: async () => true });
  lines = [];
});

describe("a push", () => {
  it("goes to app and web nodes alone, through the load balancers, to the pinned keys", async () => {
    await pushed();
    expect(world.visits.map(({ connection, pinned, urn }) => [connection, pinned, urn])).toEqual(
      [
        ["10.0.0.3", "app-1"],
        ["10.0.0.2", "web-1"],
      ].map(([host, name]) => [
        { host, user: "webstack", privateKey: "the key", bastions: ["203.0.113.11"] },
        ...[`key of ${name}`, `urn:${name}`],
      ]),
    );
    expect(world.closed).toBe(2);
    expect(lines.sort()).toEqual(["app-1 got it (N s)", "web-1 got it (N s)"]);
  });

  it("is to all nodes at once", async () => {
    let under = 0;
    let most = 0;
    world.push = async () => {
      most = Math.max(most, ++under);
      await new Promise((done) => setTimeout(done, 20));
      under--;
      return true;
    };
    await pushed();
    expect(most).toBe(2);
  });

  it("leaves a node alone that has the release", async () => {
    world.push = async (host) => host !== "10.0.0.3";
    await pushed();
    expect(lines).toContain("app-1 had it (N s)");
  });

  it("lets the nodes fetch what has an address", async () => {
    await pushed({ url: "https://example.com/app.tar.gz", archive: undefined });
    expect(world.fetched.sort()).toEqual(["10.0.0.2", "10.0.0.3"]);
  });

  it("stages the release on the web nodes, whether it was sent or was there", async () => {
    await pushed();
    world.push = async () => false;
    await pushed();
    await pushed({ url: "https://example.com/app.tar.gz", archive: undefined });
    expect(world.staged).toEqual(["10.0.0.2", "10.0.0.2", "10.0.0.2"]);
  });

  it("names each node that failed, after all have ended", async () => {
    world.push = async () => Promise.reject(new Error("no room"));
    await expect(pushed()).rejects.toThrow("app-1: no room\nweb-1: no room");
    expect(world.closed).toBe(2);
  });

  it("sends nothing to a node whose key nobody pinned", async () => {
    const known = new Map([...pins].slice(0, 1));
    await expect(pushed({}, known)).rejects.toThrow(
      "app-1: the stack's state has no host key of app-1; run pulumi up first",
    );
    expect(world.visits).toHaveLength(1);
  });
});
