import type { FirewallRule, PrivateNic, PublicNic } from "./driver";
import { askerAddress, metadataAddress, metadataPort, privatePort, publicPort } from "./names";

/** A server as the rules of the public side see it. */
export interface PublicRulesServer {
  id: number;
  nic: PublicNic;
  /** Floating addresses that are assigned to it, IPv6 as /64. */
  floatingIps: readonly string[];
  firewall: readonly FirewallRule[] | undefined;
}

function isV6(address: string): boolean {
  return address.includes(":");
}

function addressMatch(direction: "in" | "out", ips: readonly string[]): string[] {
  const key = direction === "in" ? "saddr" : "daddr";
  const [v4, v6] = [ips.filter((ip) => !isV6(ip)), ips.filter(isV6)];
  const match = (family: string, list: string[]) =>
    list.some((ip) => ip.endsWith("/0"))
      ? [`meta nfproto ${family === "ip" ? "ipv4" : "ipv6"}`]
      : list.length > 0
        ? [`${family} ${key} { ${list.join(", ")} }`]
        : [];
  return [...match("ip", v4), ...match("ip6", v6)];
}

function protocolMatch({ protocol, port }: FirewallRule): string {
  if (protocol === "icmp") return "meta l4proto { icmp, ipv6-icmp }";
  if (protocol === "esp" || protocol === "gre") return `meta l4proto ${protocol}`;
  return port === undefined || port === "any"
    ? `meta l4proto ${protocol}`
    : `${protocol} dport ${port}`;
}

function chain(name: string, rules: readonly FirewallRule[]): string {
  const lines = rules.flatMap((rule) =>
    addressMatch(rule.direction, rule.ips).map(
      (match) => `    ${match} ${protocolMatch(rule)} accept`,
    ),
  );
  return [`  chain ${name} {`, ...lines, "    drop", "  }"].join("\n");
}

function ownSources({ id, nic, floatingIps }: PublicRulesServer): { v4: string[]; v6: string[] } {
  const all = [nic.ipv4?.ip, nic.ipv6?.network, ...floatingIps].filter((ip) => ip !== undefined);
  const element = (ip: string) => `"${publicPort(id)}" . ${ip}`;
  return { v4: all.filter((ip) => !isV6(ip)).map(element), v6: all.filter(isV6).map(element) };
}

/**
 * The rules of the public side: a server may send only from its own and its assigned floating
 * addresses, and its firewall's rules hold for everything that passes the router. Connections that
 * are known pass. One transaction.
 */
export function publicRuleset(servers: readonly PublicRulesServer[]): string {
  const sources = servers.map(ownSources);
  const v4 = sources.flatMap((source) => source.v4);
  const v6 = sources.flatMap((source) => source.v6);
  const guarded = servers.filter(({ firewall }) => firewall !== undefined);
  const out = guarded.filter(({ firewall }) =>
    firewall!.some(({ direction }) => direction === "out"),
  );
  const verdicts = (kind: string, list: typeof servers) =>
    list.map(({ id }) => `"${publicPort(id)}" : jump ${kind}${id}`).join(", ");
  return [
    "table inet wsc",
    "delete table inet wsc",
    "table inet wsc {",
    `  set owners4 { type ifname . ipv4_addr; flags interval; ${elements(v4)} }`,
    `  set owners6 { type ifname . ipv6_addr; flags interval; ${elements(v6)} }`,
    ...guarded.map(({ id, firewall }) =>
      chain(
        `in${id}`,
        firewall!.filter(({ direction }) => direction === "in"),
      ),
    ),
    ...out.map(({ id, firewall }) =>
      chain(
        `out${id}`,
        firewall!.filter(({ direction }) => direction === "out"),
      ),
    ),
    "  chain spoofed {",
    "    type filter hook prerouting priority raw; policy accept;",
    '    iifname "pub*" meta nfproto ipv4 iifname . ip saddr != @owners4 drop',
    '    iifname "pub*" ip6 saddr fe80::/10 accept',
    '    iifname "pub*" meta nfproto ipv6 iifname . ip6 saddr != @owners6 drop',
    "  }",
    "  chain forward {",
    "    type filter hook forward priority filter; policy accept;",
    "    ct state established,related accept",
    ...(guarded.length > 0 ? [`    oifname vmap { ${verdicts("in", guarded)} }`] : []),
    ...(out.length > 0 ? [`    iifname vmap { ${verdicts("out", out)} }`] : []),
    "  }",
    "}",
    "",
  ].join("\n");
}

function elements(list: readonly string[]): string {
  return list.length > 0 ? `elements = { ${list.join(", ")} }` : "";
}

/** A server as the rules of a private network see it. */
export interface PrivateRulesServer {
  id: number;
  nic: PrivateNic;
  /** Blocks that are routed to it, beside its own addresses. */
  routed: readonly string[];
}

/**
 * The rules of a private network: a server may send only from addresses that are its own or in a block that is routed
 * to it; the gateway to everywhere also from any address outside the network, which are the answers that it carries.
 * The metadata service knows servers by addresses of its own. Nothing else is tracked.
 */
export function privateRuleset(servers: readonly PrivateRulesServer[]): string {
  const owners = servers.flatMap(({ id, nic, routed }) =>
    [nic.ip, ...nic.aliasIps, ...routed.filter((block) => block !== "0.0.0.0/0")].map(
      (address) => `"${privatePort(id)}" . ${address}`,
    ),
  );
  const gateways = servers
    .filter(({ routed }) => routed.includes("0.0.0.0/0"))
    .map(
      ({ id, nic }) => `    iifname "${privatePort(id)}" ip saddr != ${nic.networkIpRange} accept`,
    );
  const known = servers.map(({ id, nic }) => `${nic.ip} : ${askerAddress(id)}`);
  return [
    "table inet wsc",
    "delete table inet wsc",
    "table inet wsc {",
    `  set owners { type ifname . ipv4_addr; flags interval; ${elements(owners)} }`,
    `  map askers { type ipv4_addr : ipv4_addr; ${elements(known)} }`,
    "  chain untracked {",
    "    type filter hook prerouting priority -301; policy accept;",
    `    iifname "net*" ip daddr != ${metadataAddress} notrack`,
    "  }",
    "  chain spoofed {",
    "    type filter hook prerouting priority raw; policy accept;",
    ...gateways,
    '    iifname "net*" meta nfproto ipv4 iifname . ip saddr != @owners drop',
    '    iifname "net*" meta nfproto ipv6 drop',
    "  }",
    "  chain answers {",
    "    type filter hook forward priority filter; policy accept;",
    `    iifname "${metadataPort}" ct state new drop`,
    "  }",
    "  chain questions {",
    "    type nat hook postrouting priority srcnat; policy accept;",
    `    oifname "${metadataPort}" snat ip to ip saddr map @askers`,
    "  }",
    "}",
    "",
  ].join("\n");
}
