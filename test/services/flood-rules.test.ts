import { describe, expect, it } from "vitest";
import { loadBalancer } from "./rendered";

const { files, services } = loadBalancer();
const edge = files["/etc/haproxy/haproxy.cfg"]!.content;

describe("a load balancer under a flood of connections", () => {
  it("answers its prober on a listener of its own, from what HAProxy knows of the web nodes", () => {
    expect(edge).toMatch(/frontend health\n\s+bind 127\.0\.0\.1:80\n\s+maxconn 50\n/);
    expect(edge).toMatch(/monitor-uri \/-\/edge\n\s+monitor fail if \{ nbsrv\(web\) eq 0 \}/);
  });

  const [connections, forAll, forOne] = [
    /\n\s+maxconn (\d+)\n/,
    /reject if \{ fe_conn gt (\d+) \}/,
    /reject if \{ sc0_conn_cur gt (\d+) \}/,
  ].map((rule) => Number(rule.exec(edge)![1])) as [number, number, number];

  it("is never full: visitors get 100 connections fewer than HAProxy takes", () => {
    expect(connections - forAll).toBe(100);
  });

  it("lets the other load balancer ask in public before it refuses anybody", () => {
    const rules = edge.match(/tcp-request connection .*/g)!;
    expect(rules[0]).toBe("tcp-request connection accept if { src 203.0.113.12 }");
  });

  it("gives one address a quarter of them, counted before TLS and without the other node's", () => {
    expect(forOne).toBe(Math.floor(forAll / 4));
    const [, holders] = /backend holders\n\s+(.*)\n/.exec(edge)!;
    expect(holders).toContain("conn_cur");
    expect(holders).not.toContain("peers");
  });

  it("counts IPv4 addresses one by one, and IPv6 by networks of 64 bits", () => {
    expect(edge).toContain("track-sc0 src,ipmask(32,64) table holders\n");
    expect(edge).toContain("track-sc1 src,ipmask(32,64) table clients ");
    // On a socket for both, an IPv4 address is an IPv6 one whose first 64 bits are those of all others.
    expect(edge).not.toContain("v4v6");
    const binds = edge.match(/bind \S+:\d+( v6only)?/g)!.filter((bind) => !bind.includes("127."));
    expect(binds).toEqual(["bind *:80", "bind :::80 v6only", "bind *:443", "bind :::443 v6only"]);
  });

  it("may open as many files as its connections need", () => {
    const unit = files["/etc/systemd/system/haproxy.service.d/webstack.conf"]!.content;
    const openFiles = Number(/LimitNOFILE=(\d+)/.exec(unit)![1]);
    expect(openFiles).toBeGreaterThanOrEqual(2 * connections + 500);
  });

  it("waits for the beginning of a body after the client's limit, and before a web node is chosen", () => {
    const at = (text: string) => edge.indexOf(text);
    expect(at("deny_status 429")).toBeLessThan(at("wait-for-body"));
    expect(at("wait-for-body")).toBeLessThan(at("use_backend"));
    expect(edge).toMatch(/wait-for-body time 30s if !\{ var\(txn\.lasting\) -m bool \} \|\| /);
  });

  it("ends connections that ask nothing", () => {
    expect(Number(/timeout http-request (\d+)s/.exec(edge)![1])).toBeLessThanOrEqual(5);
    expect(Number(/timeout http-keep-alive (\d+)s/.exec(edge)![1])).toBeLessThanOrEqual(10);
  });
});

describe("a host under a flood of connections", () => {
  const sysctl = files["/etc/sysctl.d/90-webstack.conf"]!.content;

  it("has room in the kernel's table for 20 000 new connections a second", () => {
    const value = (name: string) =>
      Number(new RegExp(`^-net\\.netfilter\\.${name} = (\\d+)$`, "m").exec(sysctl)?.[1]);
    const seconds = value("nf_conntrack_tcp_timeout_time_wait");
    expect(value("nf_conntrack_max") / seconds).toBeGreaterThan(20_000);
    expect(value("nf_conntrack_buckets")).toBe(value("nf_conntrack_max"));
  });

  it("loads the table's module before the settings at a boot, and with a change of either at once", () => {
    const modules = "/etc/modules-load.d/webstack.conf";
    expect(files[modules]!.content).toMatch(/^nf_conntrack$/m);
    const units = services.map(({ unit }) => unit);
    const settings = units.indexOf("systemd-sysctl.service");
    expect(services[settings]!.restartFiles).toContain(modules);
    // The firewall loads the module on a host that is not booted for the change.
    expect(units.indexOf("nftables.service")).toBeLessThan(settings);
  });
});
