import { labels, rename, type Subject, usual } from "./cases";

const rule = { direction: "in", protocol: "tcp", port: "80", sourceIps: ["0.0.0.0/0"] };

/** Networks, firewalls and addresses. */
export const networkSubjects: Record<string, Subject> = {
  "network:Network": {
    base: { ipRange: "10.0.0.0/16" },
    cases: [
      ...usual,
      ["ipRange", "10.0.0.0/16", "10.1.0.0/16", "replace"],
      ["exposeRoutesToVswitch", undefined, true, "update"],
    ],
  },
  "networkSubnet:NetworkSubnet": {
    base: { networkId: 1, type: "cloud", networkZone: "eu-central", ipRange: "10.0.1.0/24" },
    cases: [
      ["networkId", 1, 2, "replace"],
      ["type", "cloud", "server", "replace"],
      ["networkZone", "eu-central", "us-east", "replace"],
      ["ipRange", "10.0.1.0/24", "10.0.2.0/24", "replace"],
      ["vswitchId", 1, 2, "replace"],
    ],
  },
  "networkRoute:NetworkRoute": {
    base: { networkId: 1, destination: "10.9.0.0/24", gateway: "10.0.1.2" },
    cases: [
      ["networkId", 1, 2, "replace"],
      ["destination", "10.9.0.0/24", "10.8.0.0/24", "replace"],
      ["gateway", "10.0.1.2", "10.0.1.3", "replace"],
    ],
  },
  "firewall:Firewall": {
    base: {},
    cases: [
      ...rename,
      labels,
      ["labels", { a: "1" }, undefined, "none"],
      ["labels", { a: "1" }, {}, "update"],
      ["rules", [rule], [{ ...rule, port: "443" }], "update"],
      ["rules", [rule, { ...rule, port: "443" }], [{ ...rule, port: "443" }, rule], "none"],
      ["rules", [rule], [], "update"],
      ["rules", [rule], [{ ...rule, destinationIps: [], description: "" }], "none"],
      ["rules", [rule], [{ ...rule, description: "web" }], "update"],
      ["rules", [rule], [{ ...rule, direction: "out" }], "update"],
      ["rules", [rule], [{ ...rule, protocol: "udp" }], "update"],
      [
        "rules",
        [{ ...rule, sourceIps: ["2001:DB8:0::1"] }],
        [{ ...rule, sourceIps: ["2001:db8::1/128"] }],
        "none",
      ],
      [
        "rules",
        [{ ...rule, sourceIps: ["192.0.2.1"] }],
        [{ ...rule, sourceIps: ["192.0.2.1/32"] }],
        "none",
      ],
      ["applyTos", [{ server: 1 }], [{ server: 2 }], "update"],
      ["applyTos", [{ server: 1 }], undefined, "none"],
      ["applyTos", undefined, [], "none"],
    ],
  },
  "firewallAttachment:FirewallAttachment": {
    base: { firewallId: 1, serverIds: [1] },
    cases: [
      ["firewallId", 1, 2, "replace"],
      ["serverIds", [1, 2], [2, 1], "none"],
      ["serverIds", [1], [2], "update"],
      ["labelSelectors", ["a"], ["b"], "update"],
    ],
  },
  "floatingIp:FloatingIp": {
    base: { type: "ipv4", homeLocation: "nbg1" },
    cases: [
      ...usual,
      ["type", "ipv4", "ipv6", "replace"],
      ["description", "a", "b", "update"],
      ["homeLocation", "nbg1", "fsn1", "replace"],
      ["homeLocation", "nbg1", undefined, "none"],
      ["serverId", 1, 2, "update"],
      ["serverId", 1, undefined, "none"],
    ],
  },
  "floatingIpAssignment:FloatingIpAssignment": {
    base: { floatingIpId: 1, serverId: 1 },
    cases: [
      ["floatingIpId", 1, 2, "replace"],
      ["serverId", 1, 2, "update"],
    ],
  },
  "primaryIp:PrimaryIp": {
    base: { type: "ipv4", location: "nbg1" },
    cases: [
      ...usual,
      ["labels", undefined, {}, "none"],
      ["type", "ipv4", "ipv6", "replace"],
      ["location", "nbg1", "fsn1", "replace"],
      ["datacenter", "nbg1-dc3", undefined, "none"],
      ["assigneeId", 1, 2, "update"],
      ["assigneeType", "server", "other", "update"],
      ["autoDelete", undefined, true, "update"],
    ],
  },
  "rdns:Rdns": {
    base: { dnsPtr: "a.example.com", ipAddress: "192.0.2.1", serverId: 1 },
    cases: [
      ["dnsPtr", "a.example.com", "b.example.com", "update"],
      ["ipAddress", "2001:db8::1", "2001:DB8::1", "replace"],
      ["serverId", 1, 2, "replace"],
      ["primaryIpId", 1, 2, "replace"],
      ["floatingIpId", 1, 2, "replace"],
      ["loadBalancerId", 1, 2, "replace"],
    ],
  },
};
