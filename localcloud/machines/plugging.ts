import { command } from "./command";
import type { PrivateNic, PublicNic } from "./driver";
import { privatePort, publicGateway, publicPort } from "./names";

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

/** Connects a running host to the router of the public side, as Hetzner does it. */
export async function plugPublic(
  router: string,
  pid: number,
  serverId: number,
  nic: PublicNic,
): Promise<void> {
  await allowIpv6(pid);
  const port = publicPort(serverId);
  await batch([
    `link add ${port} netns ${router} type veth peer name eth0 netns ${pid} address ${nic.mac}`,
  ]);
  await inside(pid, [
    "link set lo up",
    ...(nic.ipv4
      ? [
          `address add ${nic.ipv4.ip}/32 dev eth0`,
          "link set eth0 up",
          `route add ${publicGateway} dev eth0 scope link`,
          `route add default via ${publicGateway} dev eth0`,
        ]
      : ["link set eth0 up"]),
    ...(nic.ipv6
      ? [
          `address add ${hostV6(nic.ipv6.network)} dev eth0 nodad`,
          "route add default via fe80::1 dev eth0",
        ]
      : []),
  ]);
  await batch(
    [
      `link set ${port} up`,
      `address add ${publicGateway}/32 dev ${port}`,
      `address add fe80::1/64 dev ${port} nodad`,
      ...(nic.ipv4 ? [`route replace ${nic.ipv4.ip}/32 dev ${port}`] : []),
      ...(nic.ipv6 ? [`route replace ${nic.ipv6.network} dev ${port}`] : []),
    ],
    router,
  );
}

/** Name of a host's interface in its n-th private network. */
export function privateInterface(n: number): string {
  return `enp${6 + n}s0`;
}

/** Connects a running host to a private network: /32, everything through the gateway. */
export async function plugPrivate(
  network: string,
  pid: number,
  serverId: number,
  nic: PrivateNic,
): Promise<void> {
  const port = privatePort(serverId);
  const name = privateInterface(nic.interfaceNumber);
  await batch([
    `link add ${port} mtu ${privateMtu} netns ${network} type veth peer name ${name} mtu ${privateMtu} netns ${pid} address ${nic.mac}`,
  ]);
  await batch(
    [
      `link set ${port} up`,
      `address add ${nic.gateway}/32 dev ${port}`,
      ...[nic.ip, ...nic.aliasIps].map((ip) => `route replace ${ip}/32 dev ${port}`),
    ],
    network,
  );
  await inside(pid, [
    `address add ${nic.ip}/32 dev ${name}`,
    `link set ${name} up`,
    `route add ${nic.gateway} dev ${name} scope link`,
    `route add ${nic.networkIpRange} via ${nic.gateway} dev ${name}`,
  ]);
}
