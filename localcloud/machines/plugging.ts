import { attempt, command } from "./command";
import type { PrivateNic, PublicNic } from "./driver";
import { metadataAddress, privatePort, publicGateway, publicPort } from "./names";

/** MTU of private networks at Hetzner. */
const privateMtu = 1450;

async function batch(lines: readonly string[], namespace?: string): Promise<void> {
  const where = namespace === undefined ? [] : ["-n", namespace];
  await command("ip", [...where, "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

async function inside(pid: number, lines: readonly string[]): Promise<void> {
  const args = ["--target", String(pid), "--net", "ip", "-batch", "-"];
  await command("nsenter", args, { input: `${lines.join("\n")}\n` });
}

function hostV6(network: string): string {
  return network.replace("::/64", "::1/64");
}

async function allowIpv6(pid: number): Promise<void> {
  // The engine turns IPv6 off in a namespace without networks.
  const settings = ["all", "default"].map((name) => `net.ipv6.conf.${name}.disable_ipv6=0`);
  const args = ["--target", String(pid), "--net", "sysctl", "-q", "-w", ...settings];
  await command("nsenter", args);
}

/** What `ip` does in a host for its public interface: /32, the gateway on the link. */
export function publicHostLines({ ipv4, ipv6 }: PublicNic): string[] {
  return [
    "link set lo up",
    ...(ipv4 ? [`address add ${ipv4.ip}/32 dev eth0`] : []),
    "link set eth0 up",
    ...(ipv4
      ? [
          `route add ${publicGateway} dev eth0 scope link`,
          `route add default via ${publicGateway} dev eth0`,
        ]
      : []),
    ...(ipv6
      ? [
          `address add ${hostV6(ipv6.network)} dev eth0 nodad`,
          "route add default via fe80::1 dev eth0",
        ]
      : []),
  ];
}

/** What `ip` does in the router for a host's public interface. */
export function publicRouterLines(port: string, { ipv4, ipv6 }: PublicNic): string[] {
  return [
    `link set ${port} up`,
    `address add ${publicGateway}/32 dev ${port}`,
    `address add fe80::1/64 dev ${port} nodad`,
    ...(ipv4 ? [`route replace ${ipv4.ip}/32 dev ${port}`] : []),
    ...(ipv6 ? [`route replace ${ipv6.network} dev ${port}`] : []),
  ];
}

/** The port of a machine that was just switched off goes a moment after it. */
async function removeOldPort(namespace: string, port: string): Promise<void> {
  await attempt("ip", ["-n", namespace, "link", "delete", port]);
}

/** Connects a running host to the router of the public side, as Hetzner does it. */
export async function plugPublic(
  router: string,
  pid: number,
  serverId: number,
  nic: PublicNic,
): Promise<void> {
  await allowIpv6(pid);
  const port = publicPort(serverId);
  await removeOldPort(router, port);
  await batch([
    `link add ${port} netns ${router} type veth peer name eth0 netns ${pid} address ${nic.mac}`,
  ]);
  await inside(pid, publicHostLines(nic));
  await batch(publicRouterLines(port, nic), router);
}

/** Name of a host's interface in its n-th private network. */
export function privateInterface(n: number): string {
  return `enp${6 + n}s0`;
}

/**
 * What `ip` does in a host for a private interface: /32, everything of the network through the gateway, and, where the
 * host has no public interface (`asksHere`), the metadata service too. There is never a default route.
 */
export function privateHostLines(nic: PrivateNic, asksHere: boolean): string[] {
  const name = privateInterface(nic.interfaceNumber);
  return [
    `address add ${nic.ip}/32 dev ${name}`,
    `link set ${name} up`,
    `route add ${nic.gateway} dev ${name} scope link`,
    `route add ${nic.networkIpRange} via ${nic.gateway} dev ${name}`,
    ...(asksHere ? [`route add ${metadataAddress} via ${nic.gateway} dev ${name}`] : []),
  ];
}

/** What `ip` does in a network's namespace for a host's private interface. */
export function privateRouterLines(port: string, nic: PrivateNic): string[] {
  return [
    `link set ${port} up`,
    `address add ${nic.gateway}/32 dev ${port}`,
    ...[nic.ip, ...nic.aliasIps].map((ip) => `route replace ${ip}/32 dev ${port}`),
  ];
}

/** True if the host sees no difference: its alias addresses are its own affair. */
export function isSameInterface(before: PrivateNic, after: PrivateNic): boolean {
  const seen = ["ip", "mac", "gateway", "networkIpRange", "interfaceNumber"] as const;
  return seen.every((key) => before[key] === after[key]);
}

/** Sends other alias addresses to a host; its interface stays, with all that the host has set on it. */
export async function changeAliases(
  network: string,
  serverId: number,
  before: readonly string[],
  after: readonly string[],
): Promise<void> {
  const port = privatePort(serverId);
  for (const ip of before.filter((alias) => !after.includes(alias))) {
    await attempt("ip", ["-n", network, "route", "delete", `${ip}/32`, "dev", port]);
  }
  for (const ip of after) {
    await command("ip", ["-n", network, "route", "replace", `${ip}/32`, "dev", port]);
  }
}

/** Connects a running host to a private network. */
export async function plugPrivate(
  network: string,
  pid: number,
  serverId: number,
  nic: PrivateNic,
  asksHere: boolean,
): Promise<void> {
  await allowIpv6(pid);
  const port = privatePort(serverId);
  const name = privateInterface(nic.interfaceNumber);
  await removeOldPort(network, port);
  await batch([
    `link add ${port} mtu ${privateMtu} netns ${network} type veth peer name ${name} mtu ${privateMtu} netns ${pid} address ${nic.mac}`,
  ]);
  await batch(privateRouterLines(port, nic), network);
  await inside(pid, privateHostLines(nic, asksHere));
}
