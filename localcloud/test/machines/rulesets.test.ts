import { describe, expect, it } from "vitest";
import type { FirewallRule, PrivateNic } from "../../machines/driver";
import { privateRuleset, publicRuleset, type PublicRulesServer } from "../../machines/rulesets";

function server(overrides: Partial<PublicRulesServer> = {}): PublicRulesServer {
  return {
    id: 7,
    nic: {
      mac: "96:00:00:00:00:07",
      ipv4: { ip: "198.18.0.10" },
      ipv6: { network: "2001:db8:1:7::/64" },
    },
    floatingIps: [],
    firewall: undefined,
    ...overrides,
  };
}

const http: FirewallRule = { direction: "in", protocol: "tcp", port: "80", ips: ["0.0.0.0/0"] };

/** Lines of one chain, without the braces around it. */
function chain(ruleset: string, name: string): string[] | undefined {
  const found = new RegExp(`  chain ${name} \\{\\n([^}]*?)  \\}`, "s").exec(
    ruleset.replace(/\{ ([^{}]*) \}/g, "($1)"),
  );
  return found?.[1]
    ?.split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

describe("the rules of the public side", () => {
  it("replace the table in one transaction", () => {
    const lines = publicRuleset([]).split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "table inet wsc",
      "delete table inet wsc",
      "table inet wsc {",
    ]);
  });

  it("let a server send from its own and its floating addresses only", () => {
    const floatingIps = ["198.18.0.200", "2001:db8:1:99::/64"];
    const text = publicRuleset([server({ floatingIps })]);
    expect(text).toContain('elements = { "pub7" . 198.18.0.10, "pub7" . 198.18.0.200 }');
    expect(text).toContain(
      'elements = { "pub7" . 2001:db8:1:7::/64, "pub7" . 2001:db8:1:99::/64 }',
    );
    expect(chain(text, "spoofed")).toEqual([
      "type filter hook prerouting priority raw; policy accept;",
      'iifname "pub*" meta nfproto ipv4 iifname . ip saddr != @owners4 drop',
      'iifname "pub*" ip6 saddr fe80::/10 accept',
      'iifname "pub*" meta nfproto ipv6 iifname . ip6 saddr != @owners6 drop',
    ]);
  });

  it("leave a server without firewall open", () => {
    const text = publicRuleset([server()]);
    expect(chain(text, "in7")).toBeUndefined();
    expect(chain(text, "forward")).toEqual([
      "type filter hook forward priority filter; policy accept;",
      "ct state established,related accept",
    ]);
  });

  it("drop everything inbound that no rule accepts", () => {
    const text = publicRuleset([server({ firewall: [] })]);
    expect(chain(text, "in7")).toEqual(["drop"]);
    expect(chain(text, "forward")!.at(-1)).toBe('oifname vmap ("pub7" : jump in7)');
  });

  it("leave the way out open until there is a rule for it", () => {
    const inbound = publicRuleset([server({ firewall: [http] })]);
    expect(chain(inbound, "out7")).toBeUndefined();
    const out: FirewallRule = { direction: "out", protocol: "udp", port: "53", ips: ["::/0"] };
    const both = publicRuleset([server({ firewall: [http, out] })]);
    expect(chain(both, "in7")).toEqual(["meta nfproto ipv4 tcp dport 80 accept", "drop"]);
    expect(chain(both, "out7")).toEqual(["meta nfproto ipv6 udp dport 53 accept", "drop"]);
    expect(chain(both, "forward")!.slice(2)).toEqual([
      'oifname vmap ("pub7" : jump in7)',
      'iifname vmap ("pub7" : jump out7)',
    ]);
  });

  it.each<[Partial<FirewallRule>, string[]]>([
    [
      { ips: ["10.0.0.0/8", "192.0.2.1/32"] },
      ["ip saddr (10.0.0.0/8, 192.0.2.1/32) tcp dport 80 accept"],
    ],
    [
      { ips: ["0.0.0.0/0", "2001:db8::/32"] },
      ["meta nfproto ipv4 tcp dport 80 accept", "ip6 saddr (2001:db8::/32) tcp dport 80 accept"],
    ],
    [{ port: "80-85" }, ["meta nfproto ipv4 tcp dport 80-85 accept"]],
    [{ port: "any" }, ["meta nfproto ipv4 meta l4proto tcp accept"]],
    [{ protocol: "gre" }, ["meta nfproto ipv4 meta l4proto gre accept"]],
    [{ protocol: "icmp" }, ["meta nfproto ipv4 meta l4proto (icmp, ipv6-icmp) accept"]],
  ])("write %j", (overrides, lines) => {
    const text = publicRuleset([server({ firewall: [{ ...http, ...overrides }] })]);
    expect(chain(text, "in7")).toEqual([...lines, "drop"]);
  });
});

describe("the rules of a private network", () => {
  const nic = {
    ...{ ip: "10.0.1.2", aliasIps: ["10.0.1.9"], networkIpRange: "10.0.0.0/16" },
  } as PrivateNic;

  it("let a server send from its address, its aliases and what is routed to it", () => {
    const text = privateRuleset([{ id: 7, nic, routed: ["192.168.0.0/24"] }]);
    expect(text).toContain(
      'elements = { "net7" . 10.0.1.2, "net7" . 10.0.1.9, "net7" . 192.168.0.0/24 }',
    );
    expect(chain(text, "spoofed")).toEqual([
      "type filter hook prerouting priority raw; policy accept;",
      'iifname "net*" meta nfproto ipv4 iifname . ip saddr != @owners drop',
      'iifname "net*" meta nfproto ipv6 drop',
    ]);
  });

  it("let the gateway to everywhere send from any address outside the network", () => {
    const text = privateRuleset([{ id: 7, nic, routed: ["0.0.0.0/0"] }]);
    expect(text).not.toContain(". 0.0.0.0/0");
    expect(chain(text, "spoofed")![1]).toBe('iifname "net7" ip saddr != 10.0.0.0/16 accept');
  });

  it("tell the metadata service who asks, let only its answers in, and track nothing else", () => {
    const text = privateRuleset([{ id: 7, nic, routed: [] }]);
    expect(text).toContain(
      "map askers { type ipv4_addr : ipv4_addr; elements = { 10.0.1.2 : 100.64.0.7 } }",
    );
    expect(chain(text, "untracked")!.at(-1)).toBe(
      'iifname "net*" ip daddr != 169.254.169.254 notrack',
    );
    expect(chain(text, "answers")!.at(-1)).toBe('iifname "meta" ct state new drop');
    expect(chain(text, "questions")!.at(-1)).toBe('oifname "meta" snat ip to ip saddr map @askers');
  });

  it("have no elements without servers", () => {
    expect(privateRuleset([])).not.toContain("elements");
  });
});
