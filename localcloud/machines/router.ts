import { isIPv4 } from "node:net";
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, command } from "./command";
import * as names from "./names";
import { ownRange, prefix } from "./names";

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

/** What of `ip -json route` matters here. */
export interface Route {
  /** Block with prefix, single address, or `default`. */
  dst: string;
  dev?: string;
  /** `unicast`, `local`, `blackhole`, ... */
  type?: string;
  metric?: number;
}

/** First and last address of an IPv4 block as numbers; undefined for anything else. */
function span(block: string): [number, number] | undefined {
  const [address = "", length = "32"] = block.split("/");
  if (!isIPv4(address)) return undefined;
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(number / size) * size;
  return [first, first + size - 1];
}

/** Routes of other programs that lead to addresses of `range`; a default route is none. */
export function overlapping(routes: readonly Route[], range: string): Route[] {
  const [first, last] = span(range) ?? [0, -1];
  return routes.filter(({ dst, dev = "", type, metric }) => {
    const found = span(dst);
    const own = dev.startsWith(prefix) || (type === "blackhole" && metric === 4096);
    return found !== undefined && !own && found[0] <= last && found[1] >= first;
  });
}

/**
 * Looks whether this machine uses the cloud's addresses for something else, because then it would
 * lose the way there.
 *
 * @throws Error with the routes that are in the way.
 */
async function refuseUsedAddresses(): Promise<void> {
  const routes = await command("ip", ["-json", "-4", "route", "show", "table", "all"]);
  const inTheWay = overlapping(JSON.parse(routes) as Route[], ownRange);
  if (inTheWay.length === 0) return;
  const shown = inTheWay.map(({ dst, dev }) => `${dst}${dev ? ` on ${dev}` : ""}`).join(", ");
  throw new Error(
    `the local cloud's addresses ${ownRange} must not be used by this machine, but it has routes ` +
      `to ${shown}; take them away while the local cloud runs (a VPN client, perhaps)`,
  );
}

/** Starts the gateway of a state directory in the router's namespace, in place of a former one. */
export function startGateway(state: string, router: string): void {
  stopGateway(state);
  const log = openSync(join(state, "gateway.log"), "a", 0o600);
  const script = join(__dirname, "gateway.ts");
  const program = [process.execPath, "--import", require.resolve("tsx"), script, state];
  const child = spawn("ip", ["netns", "exec", router, ...program], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.unref();
  writeFileSync(join(state, "gateway.pid"), String(child.pid));
}

function stopGateway(state: string): void {
  const file = join(state, "gateway.pid");
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, "utf8"));
  const running = `/proc/${pid}/cmdline`;
  if (existsSync(running) && readFileSync(running, "utf8").includes("gateway.ts")) {
    process.kill(pid);
  }
  rmSync(file, { force: true });
}
