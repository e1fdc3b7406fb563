import {
  type Answer,
  type Assumption,
  differs,
  everywhere,
  ok,
  onEach,
  unknown,
} from "./assumption";

interface Interface {
  ifname: string;
  mtu: number;
  addr_info: { family: string; local: string; prefixlen: number }[];
}
interface Route {
  dst: string;
  gateway?: string;
  dev: string;
}

/** A list that `ip -j` printed; empty if it printed none. */
function listOf<T>({ text }: Answer): T[] {
  try {
    return JSON.parse(text) as T[];
  } catch {
    return [];
  }
}

/** The interface with an address, and the address's prefix. */
function holder(interfaces: readonly Interface[], ip: string) {
  for (const { ifname, mtu, addr_info: addresses } of interfaces) {
    const found = addresses.find(({ local }) => local === ip);
    if (found) return { name: ifname, mtu, prefix: found.prefixlen };
  }
  return undefined;
}

const interfaces: Assumption = {
  id: "interfaces",
  assumed:
    "the private address is a /32 on an interface of its own with MTU 1450, routed by a gateway; the way out is 172.31.1.1",
  local: "the same, on interfaces of the local cloud's making",
  judge: onEach(everywhere, (ask, { privateIp }) => {
    const found = holder(listOf<Interface>(ask("addresses")), privateIp);
    const routes = listOf<Route>(ask("routes"));
    if (!found) return differs("no interface has the private address");
    const out = routes.find(({ dst }) => dst === "default");
    const gateway = routes.find(
      ({ dev, gateway: by, dst }) => dev === found.name && by && dst !== "default",
    );
    const text = [
      `${found.name} /${found.prefix} with MTU ${found.mtu}`,
      gateway ? "routed by a gateway" : "not routed",
      out ? `out by ${out.dev} and ${out.gateway ?? "no gateway"}` : "no way out",
    ].join(", ");
    const isAssumed =
      found.prefix === 32 &&
      found.mtu === 1450 &&
      gateway !== undefined &&
      (out === undefined || (out.dev !== found.name && out.gateway === "172.31.1.1"));
    return isAssumed ? ok(text) : differs(text);
  }),
};

const packets: Assumption = {
  id: "mtu",
  assumed: "packets of 1450 bytes that must not be split pass between the tiers",
  local: "the same MTU, in a router on this machine",
  judge: onEach(everywhere, (ask) => {
    const { status, text } = ask("pings");
    if (status !== 0) return unknown("ping is not installed");
    const count = (word: string) => [...text.matchAll(new RegExp(`^${word} `, "gm"))].length;
    if (count("full") + count("lost") === 0) return unknown("no other node");
    if (count("lost") > 0)
      return differs(`${count("lost")} other nodes not reached with full packets`);
    return count("larger") > 0
      ? differs("larger packets pass too")
      : ok("all pass, larger ones do not");
  }),
};

const floatingAddress: Assumption = {
  id: "floating-address",
  assumed:
    "both load balancers have the floating address on the loopback interface, and serve it without a step",
  local: "the same",
  judge: onEach(["lb"], (ask, _, { floatingIp }) => {
    const found = holder(listOf<Interface>(ask("addresses")), floatingIp);
    if (!found) return differs("no interface has it");
    const text = `/${found.prefix} on ${found.name}`;
    return found.name === "lo" && found.prefix === 32 ? ok(text) : differs(text);
  }),
};

const metadata: Assumption = {
  id: "metadata",
  assumed:
    "root reads the server's own number from the metadata service, and other users do not reach the service",
  local: "a metadata service with the same paths",
  judge: onEach(everywhere, (ask, { serverId }) => {
    const { status, text } = ask("metadata");
    const isOpen = !/^000\b/m.test(ask("metadata of others").text);
    if (status !== 0) return differs("not reached");
    if (isOpen) return differs("other users reach it");
    if (serverId === undefined) return unknown("reached; the server's number is not known here");
    return text.trim() === String(serverId) ? ok("as assumed") : differs("another number");
  }),
};

/** Addresses, routes and packets. */
export const network: readonly Assumption[] = [interfaces, packets, floatingAddress, metadata];
