import { attempt, command } from "./command";
import * as names from "./names";
import { refuseUsedAddresses } from "./used-addresses";

async function namespaces(): Promise<Set<string>> {
  const lines = (await attempt("ip", ["netns", "list"]))?.split("\n") ?? [];
  return new Set(lines.map((line) => line.split(" ")[0] ?? ""));
}

/** Makes a namespace that forwards and reaches nothing yet; false if it was there. */
export async function makeNamespace(name: string): Promise<boolean> {
  if ((await namespaces()).has(name)) return false;
  await command("ip", ["netns", "add", name]);
  await command("ip", ["-n", name, "link", "set", "lo", "up"]);
  const settings = [
    "net.ipv4.ip_forward=1",
    "net.ipv6.conf.all.forwarding=1",
    "net.ipv4.conf.all.rp_filter=0",
    "net.ipv4.conf.default.rp_filter=0",
  ];
  await command("ip", ["netns", "exec", name, "sysctl", "-q", "-w", ...settings]);
  // What the cloud does not know goes nowhere, and whoever asks for it learns so at once.
  await command("ip", ["-n", name, "route", "add", "unreachable", "default"]);
  await attempt("ip", ["-n", name, "-6", "route", "add", "unreachable", "default"]);
  return true;
}

/** The cloud's range goes nowhere unless the link says otherwise: laid before anything else. */
async function layBlackholes(): Promise<void> {
  await command("ip", ["route", "replace", "blackhole", names.ownRange, "metric", "4096"]);
  await attempt("ip", ["-6", "route", "replace", "blackhole", names.ownRange6, "metric", "4096"]);
}

/** A veth pair from this machine into the router; does nothing if both are there. */
async function makeLink(router: string, link: string): Promise<void> {
  const isNew = await makeNamespace(router);
  if (!isNew && (await attempt("ip", ["link", "show", link])) !== undefined) return;
  await attempt("ip", ["link", "delete", link]);
  const pair = ["link", "add", link, "type", "veth", "peer", "name", "client", "netns", router];
  await command("ip", pair);
}

/**
 * Makes the public side's router and its link to this machine. What is there stays, and gets its
 * addresses and routes again: a network manager that is started anew removes those it does not know.
 */
export async function makeRouter(router: string, link: string): Promise<void> {
  await refuseUsedAddresses();
  await layBlackholes();
  await makeLink(router, link);
  await command("ip", ["-n", router, "-batch", "-"], { input: lines(routerLines()) });
  await command("ip", ["-batch", "-"], { input: lines(machineLines(link)) });
  // Without IPv6 on this machine the hosts have it among themselves all the same.
  await attempt("ip", ["-n", router, "-6", "-batch", "-"], { input: lines(routerLines6()) });
  await attempt("ip", ["-6", "-batch", "-"], { input: lines(machineLines6(link)) });
}

function lines(list: readonly string[]): string {
  return `${list.join("\n")}\n`;
}

/** What `ip` does in the router: addresses of the services, and its end of the link. */
export function routerLines(): string[] {
  return [
    `address replace ${names.metadataAddress}/32 dev lo`,
    `address replace ${names.apiAddress}/32 dev lo`,
    `address replace ${names.worldAddress}/32 dev lo`,
    `address replace ${names.clientGateway}/32 dev client`,
    "address replace fe80::1/64 dev client nodad",
    "link set client up",
    `route replace ${names.clientAddress}/32 dev client`,
  ];
}

/** What `ip` does on this machine: only the public range and the world's address lead over the link. */
export function machineLines(link: string): string[] {
  return [
    `address replace ${names.clientAddress}/32 dev ${link}`,
    `link set ${link} up`,
    `route replace ${names.clientGateway}/32 dev ${link} src ${names.clientAddress}`,
    ...[names.publicRange, `${names.worldAddress}/32`].map(
      (range) =>
        `route replace ${range} via ${names.clientGateway} dev ${link} src ${names.clientAddress}`,
    ),
  ];
}

/** The IPv6 part of {@link routerLines}. */
export function routerLines6(): string[] {
  return [`route replace ${names.clientAddress6}/128 dev client`];
}

/** The IPv6 part of {@link machineLines}. */
export function machineLines6(link: string): string[] {
  return [
    `address replace ${names.clientAddress6}/128 dev ${link} nodad`,
    `route replace ${names.ownRange6} via fe80::1 dev ${link} src ${names.clientAddress6}`,
  ];
}

/** Removes a namespace with everything in it. */
export async function removeNamespace(name: string): Promise<void> {
  await attempt("ip", ["netns", "delete", name]);
}

/** Removes every namespace, the link and the blackholes of a cloud. */
export async function removeRouter(router: string, link: string): Promise<void> {
  for (const name of await namespaces()) {
    if (name === router || name.startsWith(`${router}-n`)) await removeNamespace(name);
  }
  await attempt("ip", ["link", "delete", link]);
  const others = [...(await namespaces())].some((name) => name.startsWith(`${names.prefix}-`));
  if (others) return;
  await attempt("ip", ["route", "delete", "blackhole", names.ownRange, "metric", "4096"]);
  await attempt("ip", ["-6", "route", "delete", "blackhole", names.ownRange6, "metric", "4096"]);
}
