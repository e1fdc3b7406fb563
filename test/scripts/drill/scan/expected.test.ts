import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { judgeable } from "../../../../scripts/drill/scan";
import {
  differences,
  type NamedTarget,
  type ScannedHost,
  targetsOf,
} from "../../../../scripts/drill/scan/expected";

const host = (name: string, subnet: number, units: string[] = []): ScannedHost => ({
  name,
  role: name.slice(0, name.indexOf("-")) as ScannedHost["role"],
  units,
  privateIp: `10.0.${subnet}.1${name.at(-1)}`,
  publicIps: [`198.18.${subnet}.${name.at(-1)}`, `2001:db8:${subnet}::${name.at(-1)}`],
});
const acme = ["webstack-acme.service"];
const hosts: ScannedHost[] = [
  ...[host("lb-1", 1, acme), host("lb-2", 1, acme), host("web-1", 2), host("app-1", 3)],
  ...[host("db-1", 4, ["webstack-broker.service"]), host("db-2", 4)],
  { name: "floating", role: "lb", units: acme, publicIps: ["203.0.113.1"] },
];

const named = (name: string) => hosts.find((one) => one.name === name)!;
const page = join(__dirname, "../../../../docs/who-talks-to-whom.md");
/** Cells of the page's lines for TCP: node, way in, caller. */
const lines = [
  ...readFileSync(page, "utf8").matchAll(/^\| (.+?) +\|.+\| TCP (\d+) +\| (.+?) +\|/gm),
];

/** What the page opens at the private address of a host to another one, in order. */
function ofTable(from: string, to: string): number[] {
  const [{ role: caller }, { role, units }] = [named(from), named(to)];
  const places = [role, ...(units.includes("webstack-broker.service") ? ["each broker"] : [])];
  const callers = [caller, ...(caller === role ? ["the other nodes of the tier"] : [])];
  return lines
    .filter(([, node, , who]) => places.includes(node!) && callers.includes(who!))
    .map(([, , port]) => Number(port))
    .sort((a, b) => a - b);
}

/** What must be open between two, by address. */
function open(from: string, to: string): Record<string, readonly number[]> {
  const caller = from === "outside" ? ({ name: from, role: from } as const) : named(from);
  const targets = targetsOf(caller, hosts).filter(({ name }) => name === to);
  return Object.fromEntries(targets.map(({ address, awaited }) => [address, awaited]));
}

describe("what a scan must find", () => {
  it.each<[string, string, Record<string, number[]>]>([
    ["lb-1", "web-1", { "10.0.2.11": [22, 80, 443], "198.18.2.1": [], "2001:db8:2::1": [] }],
    ["lb-1", "db-1", { "10.0.4.11": [22, 9300], "198.18.4.1": [], "2001:db8:4::1": [] }],
    ["lb-1", "db-2", { "10.0.4.12": [22], "198.18.4.2": [], "2001:db8:4::2": [] }],
    ["web-1", "app-1", { "10.0.3.11": [3000, 3443], "198.18.3.1": [], "2001:db8:3::1": [] }],
    ["app-1", "db-2", { "10.0.4.12": [3306, 9200], "198.18.4.2": [], "2001:db8:4::2": [] }],
    ["db-2", "db-1", { "10.0.4.11": [3306, 9201, 33061], "198.18.4.1": [], "2001:db8:4::1": [] }],
    ["db-1", "web-1", { "10.0.2.11": [], "198.18.2.1": [], "2001:db8:2::1": [] }],
  ])("from %s to %s is the table's, with at least these ways", (from, to, ways) => {
    const [table, privateIp] = [ofTable(from, to), named(to).privateIp!];
    expect(table).toEqual(expect.arrayContaining(ways[privateIp]!));
    expect(open(from, to)).toEqual({ ...ways, [privateIp]: table });
  });

  it("at a load balancer are its public services, and for its own tier those of the tier", () => {
    const everybody = { "198.18.1.2": [80, 443], "2001:db8:1::2": [80, 443] };
    expect(open("web-1", "lb-2")).toEqual({ "10.0.1.12": [], ...everybody });
    const ofTier = ofTable("lb-1", "lb-2");
    expect(ofTier).toEqual(expect.arrayContaining([9400, 10000]));
    expect(open("lb-1", "lb-2")).toEqual({ "10.0.1.12": ofTier, ...everybody });
  });

  it("from outside is SSH too, at the addresses of the family that admin.cidrs names", () => {
    expect(open("outside", "lb-1")).toEqual({
      "198.18.1.1": [22, 80, 443],
      "2001:db8:1::1": [80, 443],
    });
    expect(open("outside", "floating")).toEqual({ "203.0.113.1": [22, 80, 443] });
    expect(open("outside", "db-1")).toEqual({ "198.18.4.1": [], "2001:db8:4::1": [] });
  });

  it("is tried at every port of the table, and no port is tried twice", () => {
    for (const { awaited, tcp, udp } of targetsOf(hosts[4]!, hosts)) {
      const all = [...awaited, ...tcp];
      expect(new Set(all).size).toBe(all.length);
      for (const port of [22, 3306, 9300, 9400, 33061]) expect(all).toContain(port);
      for (const port of [53, 123, 161, 5353, 3306]) expect(udp).toContain(port);
    }
  });

  it("is nothing at the caller's own addresses, the floating ones of a load balancer among them", () => {
    const names = targetsOf(hosts[0]!, hosts).map(({ name }) => name);
    expect(names).not.toContain("lb-1");
    expect(names).not.toContain("floating");
  });
});

const target: NamedTarget = {
  ...{ name: "web-1", address: "10.0.2.11", awaited: [22, 80], tcp: [81], udp: [53], pings: true },
};
const found = (...ways: string[]) =>
  ways.map((way) => ({ address: "10.0.2.11", way, answer: "open" as const }));

describe("the differences", () => {
  it("are none if exactly the table's ways are open", () => {
    expect(differences("lb-1", [target], found("tcp 22", "tcp 80", "icmp"))).toEqual([]);
  });

  it("are ways that are closed and must not be, and ways that answer and must not", () => {
    const answers = [
      ...found("tcp 22", "tcp 81", "icmp"),
      { address: "10.0.2.11", way: "tcp 80", answer: "refused" as const },
      { address: "10.0.2.11", way: "udp 53", answer: "refused" as const },
    ];
    expect(differences("lb-1", [target], answers)).toEqual([
      "lb-1 -> web-1 10.0.2.11 tcp 80: refused, must be open",
      "lb-1 -> web-1 10.0.2.11 tcp 81: open, must be dropped",
      "lb-1 -> web-1 10.0.2.11 udp 53: refused, must be dropped",
    ]);
    expect(differences("lb-1", [target], found("tcp 22", "tcp 80"))).toEqual([
      "lb-1 -> web-1 10.0.2.11 icmp: silent, must be open",
    ]);
  });

  it("leave out IPv6 and ICMP only where this machine cannot try them, and say so", () => {
    const six = { ...target, address: "2001:db8::1" };
    const noWay = (address: string, way: string) => ({ address, way, answer: "no way" as const });
    const none = [noWay("2001:db8::1", "tcp 22"), noWay("10.0.2.11", "icmp")];
    expect(judgeable([target, six], none)).toEqual({
      kept: [{ ...target, pings: false }],
      notes: [
        "IPv6 not scanned: this machine has no way there",
        "ICMP not tried: this machine has no ping",
      ],
    });
    const both = [target, six];
    expect(judgeable(both, found("tcp 22", "icmp"))).toEqual({ kept: both, notes: [] });
  });
});
