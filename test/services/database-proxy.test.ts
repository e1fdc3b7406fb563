import { describe, expect, it } from "vitest";
import { appNode, contentOf } from "./rendered";

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
    const wait = contentOf(app, "/etc/haproxy/webstack-wait.lua");
    const longestMs = Number(/missingMs < (\d+)/.exec(wait)![1]);
    const delayMs = Number(/inspect-delay (\d+)s/.exec(proxy)![1]) * 1_000;
    expect(delayMs).toBeGreaterThan(longestMs);
    const service = app.services.find(({ unit }) => unit === "haproxy.service")!;
    expect(service.reloadFiles).toContain("/etc/haproxy/webstack-wait.lua");
  });

  it("asks roles at least every 500 ms", () => {
    expect(proxy).toMatch(/inter 500ms fastinter 100ms/);
  });
});
