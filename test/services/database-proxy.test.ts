import { describe, expect, it } from "vitest";
import { databasesListPath, slotsPath } from "../../services/database-proxy/slots";
import { waitPath } from "../../services/database-proxy/wait-lua";
import { plan, sampleProgram } from "../support/tier-args";
import { appNode, appNodeWith, contentOf } from "./rendered";

const app = appNode();
const proxy = contentOf(app, "/etc/haproxy/haproxy.cfg");

describe("the proxy to the databases", () => {
  it("cuts sessions of a database that lost its role", () => {
    expect(proxy).toContain("on-marked-down shutdown-sessions");
  });

  it("writes to the primary alone, and reads there only when no replica is fit", () => {
    const write = /frontend write\n([^]*?)\n\n/.exec(proxy)![1]!;
    expect(write).toMatch(/^\s+bind 127\.0\.0\.1:3306\n/);
    expect(write.match(/^\s+\w*backend .*$/gm)).toEqual(["  default_backend primary"]);
    expect(proxy).toContain("use_backend primary-reads if { nbsrv(replicas) eq 0 }");
  });

  it("lets new sessions wait for a primary, within the time after which HAProxy would refuse them", () => {
    const backends = [...proxy.matchAll(/^backend (\S+)\n([^]*?)\n\n/gm)];
    const draining = backends.filter(([, , lines]) => lines!.includes("disable-on-404"));
    expect(draining.map(([, name]) => name)).toEqual(["primary", "primary-reads"]);
    expect(proxy).toContain("tcp-request content lua.wait-for-primary\n");
    expect(proxy).toContain("tcp-request content lua.wait-for-reader\n");
    const wait = contentOf(app, "/etc/haproxy/webstack-wait.lua");
    const longestMs = Number(/longestMs = (\d+)/.exec(wait)![1]);
    for (const [, seconds] of proxy.matchAll(/inspect-delay (\d+)s/g)) {
      expect(Number(seconds) * 1_000).toBeGreaterThan(longestMs);
    }
  });

  it("has a disabled slot for each node that the stack may get, whichever nodes it has", () => {
    const slots = proxy.match(/^ +server db-\d+ .* disabled$/gm)!;
    expect(slots.length).toBe(2 * 9);
    const five = appNodeWith(0, sampleProgram(), { databases: plan.databaseSlots.slice(0, 5) });
    expect(contentOf(five, "/etc/haproxy/haproxy.cfg")).toBe(proxy);
    expect(contentOf(five, databasesListPath)).toMatch(/\ndb-1\ndb-2\ndb-3\ndb-4\ndb-5\n$/);
  });

  it("restarts after an orderly stop where another node serves, and neither for an edit of the list", () => {
    const service = (peers: typeof plan.app) =>
      appNodeWith(0, sampleProgram(), { peers }).services.find(
        ({ unit }) => unit === "haproxy.service",
      )!;
    const read = ["/etc/haproxy/haproxy.cfg", waitPath, slotsPath];
    const [paired, alone] = [service(plan.app.slice(1)), service([])];
    expect(paired.aside).toBeDefined();
    expect(paired.restartFiles).toEqual(expect.arrayContaining(read));
    expect([alone.aside, alone.reloadFiles]).toEqual([undefined, read]);
    for (const { reloadFiles, restartFiles } of [paired, alone]) {
      expect([...reloadFiles, ...restartFiles]).not.toContain(databasesListPath);
    }
  });

  it("asks roles at least every 500 ms", () => {
    expect(proxy).toMatch(/inter 500ms fastinter 100ms/);
  });
});
