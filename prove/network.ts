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

/** The interfaces with an address, and the address's prefix there. */
function holders(interfaces: readonly Interface[], ip: string) {
  return interfaces.flatMap(({ ifname, mtu, addr_info: addresses }) => {
    const found = addresses.find(({ local }) => local === ip);
    return found ? [{ name: ifname, mtu, prefix: found.prefixlen }] : [];
  });
}

const interfaces: Assumption = {
  id: "interfaces",
  assumed:
    "the private address is a /32 on an interface of its own with MTU 1450, routed by a gateway; the way out is 172.31.1.1",
  local: "the same, on interfaces of the local cloud's making",
  judge: onEach(everywhere, (ask, { privateIp }) => {
    const [found] = holders(listOf<Interface>(ask("addresses")), privateIp);
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

const lateInterface: Assumption = {
  id: "late-interface",
  assumed:
    "systemd-networkd configures the private interface, which comes after the boot's begin: by the image's settings, else by the stack's",
  local: "no systemd-networkd: the local cloud itself sets the address",
  differsLocally: true,
  judge: onEach(everywhere, (ask) => {
    const { status, text } = ask("private interface");
    if (status !== 0) return unknown("systemd-networkd was not asked");
    const files = [...text.matchAll(/^.*\/([^/\n]+\.network)$/gm)].map(([, name]) => name!);
    if (files.length === 0) return differs("no settings of systemd-networkd");
    return ok(files.map((name) => `by ${name}`).join(", "));
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
    "both load balancers have the floating addresses on the loopback interface, IPv6 on the public one too, and serve them without a step",
  local: "the same",
  judge: onEach(["lb"], (ask, _, { floatingIp, floatingIpv6 }) => {
    const interfaces = listOf<Interface>(ask("addresses"));
    const seenOf = (ip: string) => holders(interfaces, ip);
    const text = (ip: string) =>
      seenOf(ip)
        .map(({ name, prefix }) => `/${prefix} on ${name}`)
        .join(" and ") || `no interface has the IPv${ip.includes(":") ? 6 : 4} address`;
    const own = seenOf(floatingIp);
    const isRight4 = own.length === 1 && own[0]!.name === "lo" && own[0]!.prefix === 32;
    if (floatingIpv6 === undefined)
      return isRight4 ? ok(text(floatingIp)) : differs(text(floatingIp));
    const public6 = listOf<Route>(ask("routes6")).find(({ dst }) => dst === "default")?.dev;
    const names = seenOf(floatingIpv6).map(({ name, prefix }) => `${name}/${prefix}`);
    const isRight6 =
      public6 !== undefined &&
      names.length === 2 &&
      ["lo", public6].every((one) => names.includes(`${one}/128`));
    const both = `${text(floatingIp)}, ${text(floatingIpv6)}`;
    return isRight4 && isRight6 ? ok(both) : differs(both);
  }),
};

/** Part of the table of connections that may be in use. */
const usedAtMost = 0.8;

const connections: Assumption = {
  id: "connections",
  assumed:
    "the kernel's table of connections has 262144 entries, keeps a closed connection for 10 s, and is at most 80 % full",
  local: "the table of the machine, whose size a container cannot set",
  differsLocally: true,
  judge: onEach(everywhere, (ask) => {
    const { status, text } = ask("connections");
    const [most = NaN, closedSeconds = NaN, used = NaN] = text.trim().split("\n").map(Number);
    if (status !== 0 || [most, closedSeconds, used].some(Number.isNaN))
      return unknown("the kernel tells nothing of its table");
    // No count of connections: it would differ on every node.
    const isFull = used > usedAtMost * most;
    const seen = `${most} entries, closed ones for ${closedSeconds} s${isFull ? `, ${used} in use` : ""}`;
    return most >= 262_144 && closedSeconds === 10 && !isFull ? ok(seen) : differs(seen);
  }),
};

const metadata: Assumption = {
  id: "metadata",
  assumed:
    "root reads the server's own number from the metadata service, and other users do not reach the service",
  local: "a metadata service with the same paths",
  judge: onEach(everywhere, (ask, { serverId }) => {
    const { status, text } = ask("metadata");
    const statuses = ask("metadata of others").text.match(/^\d{3}\b/gm) ?? [];
    const isOpen = statuses.length === 0 || statuses.some((one) => one !== "000");
    if (status !== 0) return differs("not reached");
    if (isOpen) return differs("other users reach it");
    if (serverId === undefined) return unknown("reached; the server's number is not known here");
    return text.trim() === String(serverId) ? ok("as assumed") : differs("another number");
  }),
};

/** Addresses, routes and packets. */
export const network: readonly Assumption[] = [
  ...[interfaces, lateInterface, packets, floatingAddress, connections, metadata],
];
