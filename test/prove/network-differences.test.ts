import { expect, it } from "vitest";
import { type Changes, evidence, seen } from "./evidence";

/** Addresses of a load balancer whose network daemon has removed the floating IPv6 from the public interface. */
const onLoopbackAlone = JSON.stringify([
  {
    ifname: "lo",
    mtu: 65536,
    addr_info: [
      { family: "inet", local: "203.0.113.7", prefixlen: 32 },
      { family: "inet6", local: "2001:db8:7::1", prefixlen: 128 },
    ],
  },
  { ifname: "eth0", mtu: 1500, addr_info: [] },
]);

/** A change of what a node answers, and what is seen of it. */
const found: [id: string, changes: Changes, seen: string][] = [
  [
    "late-interface",
    { "web-1": { "private interface": "/run/systemd/network/90-webstack-private.network\n" } },
    "web-1: by 90-webstack-private.network",
  ],
  [
    "late-interface",
    { "web-1": { "private interface": "n/a\n" } },
    "web-1: no settings of systemd-networkd",
  ],
  [
    "floating-address",
    { "lb-2": { addresses: "[]" } },
    "lb-2: no interface has the IPv4 address, no interface has the IPv6 address",
  ],
  [
    "floating-address",
    { "lb-1": { addresses: onLoopbackAlone } },
    "differs: lb-1: /32 on lo, /128 on lo; lb-2: /32 on lo, /128 on lo and /128 on eth0",
  ],
  [
    "floating-address",
    { "lb-1": { routes6: "[]" } },
    "differs: /32 on lo, /128 on lo and /128 on eth0",
  ],
  [
    "metadata",
    { "app-1": { "metadata of others": "000\n200\n000\n" } },
    "differs: lb-1, lb-2, web-1, db-1: as assumed; app-1: other users reach it",
  ],
  [
    "connections",
    { "web-1": { connections: "65536\n120\n900\n" } },
    "web-1: 65536 entries, closed ones for 120 s",
  ],
  [
    "connections",
    { "lb-1": { connections: "262144\n10\n209716\n" } },
    "lb-1: 262144 entries, closed ones for 10 s, 209716 in use",
  ],
  [
    "connections",
    { "lb-1": { connections: { status: 1, text: "cat: nf_conntrack_max: No such file\n" } } },
    "unknown: lb-1: the kernel tells nothing of its table",
  ],
];

it.each(found)("a node that is not as assumed is named: %s %j", (id, changes, text) => {
  expect(seen(id, evidence(changes))).toContain(text);
});
