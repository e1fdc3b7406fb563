import { describe, expect, it } from "vitest";
import { type FirewallArgs, nftablesConf } from "../../../services/host-firewall/nftables-conf";
import type { Opening, Source } from "../../../services/service";
import { plan } from "../../support/tier-args";

const { lb, web, app, db } = plan.subnetCidrs;
const tcp = (from: Source, port: number): Opening => ({
  ...{ from, protocol: "tcp", port },
  purpose: "test",
});
const vrrp: Opening = { from: "peers", protocol: "vrrp", purpose: "test" };
const ping: Opening = { from: "anywhere", protocol: "icmp", purpose: "test" };

const args: FirewallArgs = {
  subnets: plan.subnetCidrs,
  peerIps: ["10.0.4.12"],
  openings: [],
  destinations: [],
  callsOut: [],
  holdsBack: false,
};

/** Lines of a chain of a node without services. */
function chain(name: string): string[] {
  const [, body = ""] =
    new RegExp(`chain ${name} {\n([^]*?)\n  }\n`).exec(nftablesConf(args)) ?? [];
  return body.split("\n").map((line) => line.trim());
}

/** What a database node's firewall has that one without services has not. */
function added(overrides: Partial<FirewallArgs>): string[] {
  const without = nftablesConf(args).split("\n");
  return nftablesConf({ ...args, ...overrides })
    .split("\n")
    .filter((line) => !without.includes(line))
    .map((line) => line.trim());
}

describe("nftablesConf", () => {
  it("lets nobody in where no service opens anything", () => {
    expect(added({ openings: [[], []] })).toEqual([]);
  });

  it("lets a tier in at the ports that services open to it, each once and in order", () => {
    const openings = [
      [tcp("app", 9200), tcp("db", 33061)],
      [tcp("app", 80), tcp("app", 80)],
    ];
    expect(added({ openings })).toEqual([
      `ip saddr ${app} tcp dport 9200 accept`,
      `ip saddr ${db} tcp dport 33061 accept`,
      `ip saddr ${app} tcp dport 80 accept`,
    ]);
  });

  it("lets the other nodes of the tier in by their addresses", () => {
    const peerIps = ["10.0.4.12", "10.0.4.13"];
    expect(added({ openings: [[tcp("peers", 10000), vrrp]], peerIps })).toEqual([
      "ip saddr { 10.0.4.12, 10.0.4.13 } ip protocol vrrp accept",
      "ip saddr { 10.0.4.12, 10.0.4.13 } tcp dport 10000 accept",
    ]);
  });

  it("has no rule for the peers of a node that has none", () => {
    expect(added({ openings: [[vrrp]], peerIps: [] })).toEqual([]);
  });

  it("is open to everybody but to the stack's nodes, of which it lets in whom a service names", () => {
    const openings = [
      [tcp("admins", 22)],
      [tcp("anywhere", 443), ping, tcp("web", 9300), tcp("peers", 10000)],
    ];
    expect(added({ openings })).toEqual([
      `ip saddr ${web} tcp dport 9300 accept`,
      "ip saddr 10.0.4.12 tcp dport 10000 accept",
      `ip saddr { ${lb}, ${web}, ${app}, ${db} } drop`,
      "tcp dport { 22, 443 } accept",
    ]);
  });

  it("lets a node call what other tiers and its peers open to it", () => {
    const destinations = [
      { to: [app], openings: [tcp("lb", 9200), tcp("lb", 22)] },
      { to: ["10.0.4.11"], openings: [tcp("lb", 9300)] },
      { to: ["10.0.1.12", "10.0.1.13"], openings: [tcp("peers", 10000), vrrp] },
    ];
    expect(added({ destinations })).toEqual([
      `ip daddr ${app} tcp dport { 22, 9200 } accept`,
      "ip daddr 10.0.4.11 tcp dport 9300 accept",
      "ip daddr { 10.0.1.12, 10.0.1.13 } ip protocol vrrp accept",
      "ip daddr { 10.0.1.12, 10.0.1.13 } tcp dport 10000 accept",
    ]);
  });

  it("lets each named user call what is said of it alone", () => {
    const callsOut = [
      { user: "asking", port: 80 },
      { user: "calling" },
      { user: "app", udp: true },
      { user: "app", to: "203.0.113.0/24", port: 443 },
      { user: "app", to: "2001:db8::/32", port: 443 },
      { user: "app", port: 53, udp: true },
    ];
    expect(added({ callsOut })).toEqual([
      'meta skuid "asking" tcp dport 80 accept',
      'meta skuid "calling" meta l4proto tcp accept',
      'meta skuid "app" meta l4proto { tcp, udp } accept',
      'meta skuid "app" ip daddr 203.0.113.0/24 tcp dport 443 accept',
      'meta skuid "app" ip6 daddr 2001:db8::/32 tcp dport 443 accept',
      'meta skuid "app" meta l4proto { tcp, udp } th dport 53 accept',
    ]);
  });

  it("denies both ways by default, and keeps connections before it asks who has them", () => {
    const output = chain("output");
    expect(output.slice(0, 4)).toEqual([
      "type filter hook output priority filter; policy drop;",
      'oif "lo" accept',
      "ct state { established, related } accept",
      expect.stringContaining("# Conntrack forgets"),
    ]);
    expect(chain("input")[0]).toMatch(/policy drop;$/);
  });

  it("tracks no connection on the loopback interface, and asks for no state there", () => {
    expect(chain("loopback_in")).toEqual([
      "type filter hook prerouting priority raw; policy accept;",
      'iif "lo" notrack',
    ]);
    expect(chain("loopback_out")).toEqual([
      "type filter hook output priority raw; policy accept;",
      'oif "lo" notrack',
    ]);
    for (const name of ["input", "output"]) {
      const rules = chain(name);
      const loopback = rules.findIndex((rule) => /^[io]if "lo" accept$/.test(rule));
      expect(loopback).toBeGreaterThan(0);
      expect(loopback).toBeLessThan(rules.findIndex((rule) => rule.startsWith("ct state")));
    }
  });

  it("lets no rule for users lead into the stack, root's neither", () => {
    const output = chain("output");
    const closes = output.indexOf(`ip daddr { ${lb}, ${web}, ${app}, ${db} } counter drop`);
    const forUsers = output.filter((line) => /skuid (?!!=)/.test(line) && !line.includes("icmp"));
    expect(forUsers.length).toBeGreaterThan(4);
    expect(closes).toBeGreaterThan(0);
    expect(closes).toBeLessThan(Math.min(...forUsers.map((line) => output.indexOf(line))));
  });

  it("names no user that a distribution may lack", () => {
    const named = nftablesConf(args).match(/skuid "\w+"/g);
    expect(named).toEqual(['skuid "_apt"']);
  });

  it("can hold connections back before any rule lets them pass", () => {
    expect(added({ holdsBack: true })).toEqual([
      "set held_back {",
      "type inet_service",
      "flags timeout",
      "tcp dport @held_back ct state new drop",
    ]);
  });
});
