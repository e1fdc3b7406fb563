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

/** What a database node's firewall has that one without services has not. */
function added(overrides: Partial<FirewallArgs>): string[] {
  const args: FirewallArgs = {
    subnets: plan.subnetCidrs,
    peerIps: ["10.0.4.12"],
    openings: [],
    callsOut: [],
    holdsBack: false,
  };
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

  it("lets only the system and the named users call out once a service names one", () => {
    const callsOut = [{ user: "asking", port: 80 }, { user: "calling" }];
    expect(added({ callsOut })).toEqual([
      'oif "lo" accept',
      `ip daddr { ${lb}, ${web}, ${app}, ${db} } accept`,
      'meta skuid "asking" tcp dport 80 accept',
      'ct state new tcp dport != { 53, 4460 } meta skuid != { "root", "_apt", "calling" } drop',
      'ct state new udp dport != { 53, 67, 123, 547 } meta skuid != { "root", "_apt", "calling" } drop',
    ]);
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
