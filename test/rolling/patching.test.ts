import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askPending } from "../../rolling/os-updates";
import type { Patched } from "../../rolling/patching";
import { FakePatchedHosts } from "./support/fake-patched-hosts";
import { patched } from "./support/patched";

vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number) => new Promise((later) => globalThis.setTimeout(later, ms)),
}));
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const newer = "Inst curl [8.5.0-2] (8.5.0-3 Ubuntu:26.04/resolute-updates [amd64])\n";
const kernel =
  "Inst linux-image-6.17.0-6-generic (6.17.0-6.6 Ubuntu:26.04/resolute-updates [amd64])\n";
const required = "Reboot-required:\nReboot-package:linux-image-6.17.0-6-generic\n";

describe("patching a node", () => {
  it("drains it, upgrades it, and gives it its work back without a reboot that nobody asks for", async () => {
    const hosts = new FakePatchedHosts();
    hosts.pending.set("web-1", newer);
    expect(await patched(hosts, "web-1")).toEqual({
      packages: [{ name: "curl", from: "8.5.0-2", to: "8.5.0-3" }],
      rebootReasons: [],
      isUntouched: false,
    });
    expect(hosts.log).toEqual(["web-1 drained", "web-1 upgraded", "web-1 back"]);
  });

  it("reboots it while it is drained if the distribution asks for it", async () => {
    const hosts = new FakePatchedHosts();
    hosts.pending.set("app-1", newer + kernel);
    hosts.reasons.set("app-1", required);
    const { packages, rebootReasons } = (await patched(hosts, "app-1")) as Patched;
    expect(packages.map(({ name, from }) => [name, from])).toEqual([
      ["curl", "8.5.0-2"],
      ["linux-image-6.17.0-6-generic", undefined],
    ]);
    expect(rebootReasons).toEqual([
      "the distribution asks for it for linux-image-6.17.0-6-generic",
    ]);
    expect(hosts.log).toEqual(["app-1 drained", "app-1 upgraded", "app-1 reboots"]);
  });

  it("touches no node without anything to do, unless a reboot is asked for", async () => {
    const hosts = new FakePatchedHosts();
    expect(await patched(hosts, "web-1")).toMatchObject({ isUntouched: true });
    expect(hosts.log).toEqual([]);
    const { rebootReasons } = (await patched(hosts, "web-1", { rebootsAlways: true })) as Patched;
    expect(rebootReasons).toEqual(["--reboot"]);
    expect(hosts.log).toEqual(["web-1 drained", "web-1 reboots"]);
  });

  it("reboots a node that an earlier run upgraded, and on which old programs run", async () => {
    const hosts = new FakePatchedHosts();
    hosts.pending.set("web-1", "Unattended:\nOld-program:haproxy\n");
    hosts.reasons.set("web-1", "Old-program:haproxy\n");
    const { packages, rebootReasons } = (await patched(hosts, "web-1")) as Patched;
    expect([packages, rebootReasons]).toEqual([[], ["replaced files still run in haproxy"]]);
    expect(hosts.log).toEqual(["web-1 drained", "web-1 reboots"]);
  });

  it("finishes an upgrade that was cut off", async () => {
    const hosts = new FakePatchedHosts();
    hosts.pending.set("web-1", "Half-done:\n");
    await patched(hosts, "web-1");
    expect(hosts.log).toEqual(["web-1 drained", "web-1 upgraded", "web-1 back"]);
  });

  it("moves the address away from a load balancer that has it", async () => {
    const hosts = new FakePatchedHosts();
    hosts.pending.set("lb-1", newer);
    hosts.reasons.set("lb-1", required);
    await patched(hosts, "lb-1");
    expect(hosts.log).toEqual(["address to lb-2", "lb-1 upgraded", "lb-1 reboots"]);
  });

  it("takes one node of the stack at a time, over all tiers", async () => {
    const hosts = new FakePatchedHosts();
    for (const { name } of hosts.nodes) {
      hosts.pending.set(name, newer);
      hosts.reasons.set(name, required);
    }
    for (const { name } of hosts.nodes) {
      expect(await patched(hosts, name)).toMatchObject({ isUntouched: false });
    }
    expect(hosts.mostAway).toBe(1);
    expect(hosts.log.filter((line) => line.endsWith("reboots"))).toHaveLength(hosts.nodes.length);
  });
});

describe("patching a node of a stack that is not whole", () => {
  it.each([
    [
      "a node of the same tier gets no work",
      "web-1",
      (hosts: FakePatchedHosts) => hosts.down.add("web-2"),
    ],
    [
      "a node of another tier is not healthy",
      "lb-2",
      (hosts: FakePatchedHosts) => hosts.down.add("app-2"),
    ],
    [
      "a database is not in the group",
      "web-1",
      (hosts: FakePatchedHosts) => hosts.member("db-3", "RECOVERING"),
    ],
    ["a database does not answer", "web-1", (hosts: FakePatchedHosts) => hosts.silence("db-2")],
  ] as const)("is refused while %s", async (_, name, breaks) => {
    const hosts = new FakePatchedHosts();
    hosts.pending.set(name, newer);
    breaks(hosts);
    expect(await patched(hosts, name)).toMatch(/not within 120 s/);
    expect(hosts.log).toEqual([]);
  });

  it("is refused if another node fails while the packages are listed", async () => {
    const hosts = new FakePatchedHosts();
    hosts.pending.set("web-1", newer);
    const run = hosts.run.bind(hosts);
    hosts.run = async (node, command) => {
      if (command === askPending) hosts.down.add("web-2");
      return run(node, command);
    };
    expect(await patched(hosts, "web-1")).toMatch(/sends nothing to web-2/);
    expect(hosts.log).toEqual([]);
  });

  it("goes on with the node that an earlier run left drained", async () => {
    const hosts = new FakePatchedHosts({ down: ["db-2"] });
    hosts.pending.set("db-2", newer);
    await patched(hosts, "db-2");
    expect(hosts.log).toEqual(["db-2 drained", "db-2 upgraded", "db-2 back"]);
  });
});

describe("patching that fails", () => {
  it("gives the node its work back after an upgrade that did not end well, with apt's words", async () => {
    const hosts = new FakePatchedHosts();
    hosts.pending.set("web-1", newer);
    hosts.broken.add("web-1");
    expect(await patched(hosts, "web-1")).toMatch(/apt-get did not end well.*\nE: Sub-process/);
    expect(hosts.log).toEqual(["web-1 drained", "web-1 upgraded", "web-1 back"]);
  });

  it("gives the node its work back if the cloud refuses the reboot", async () => {
    const hosts = new FakePatchedHosts();
    hosts.pending.set("db-2", newer);
    hosts.reasons.set("db-2", required);
    const reboot = () => Promise.reject(new Error("POST /servers/8/actions/reboot answered 423"));
    expect(await patched(hosts, "db-2", { reboot })).toMatch(/answered 423/);
    expect(hosts.log).toEqual(["db-2 drained", "db-2 upgraded", "db-2 back"]);
  });

  it("fails if the node does not come back from its reboot", async () => {
    const hosts = new FakePatchedHosts();
    hosts.pending.set("web-1", newer);
    hosts.reasons.set("web-1", required);
    hosts.lost.add("web-1");
    expect(await patched(hosts, "web-1")).toMatch(/^web-1 after its reboot: not within 600 s/);
  });
});

describe("patching after a patch that was killed", () => {
  it("returns a node to service at once whose upgrade ended and asks for no reboot", async () => {
    const hosts = new FakePatchedHosts({ down: ["web-2"] });
    expect(await patched(hosts, "web-2")).toMatchObject({ isUntouched: true });
    expect(hosts.log).toEqual(["web-2 back"]);
  });

  it("waits for an upgrade that still runs, for longer than a list of packages may take", async () => {
    const hosts = new FakePatchedHosts({ down: ["web-2"] });
    const end = Date.now() + 40 * 60_000;
    hosts.busyUntil.set("web-2", end);
    const run = hosts.run.bind(hosts);
    let listed = 0;
    hosts.run = async (node, command) => {
      if (command === askPending) listed = Date.now();
      return run(node, command);
    };
    expect(await patched(hosts, "web-2")).toMatchObject({ isUntouched: true });
    expect(listed).toBeGreaterThanOrEqual(end);
  });

  it("does not wait for a node that does not answer", async () => {
    const hosts = new FakePatchedHosts();
    hosts.silence("web-2");
    expect(await patched(hosts, "web-2")).toBe("web-2 cannot be reached");
    expect(hosts.lines.join("\n")).not.toMatch(/upgrade/);
  });
});
