import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { command } from "../../machines/command";
import type { PrivateNic, PublicNic } from "../../machines/driver";
import { startGateway, makeRouter } from "../../machines/router";
import { cloudNames } from "../../machines/names";
import { MachineRecords } from "../../machines/records";
import { Wiring } from "../../machines/wiring";

/**
 * A cloud with its own router, networks, metadata service and API, and hosts that are bare network namespaces. Runs in
 * namespaces of its own (`nat.test.ts`), which go with it; prints what it saw as one JSON object.
 */
const state = mkdtempSync(join(tmpdir(), "localcloud-nat-"));
const names = cloudNames(state);
const records = new MachineRecords(state);
const hosts = new Map<number, ChildProcess>();
const wiring = new Wiring(names, records, async (id) => hosts.get(id)?.pid);
const seen: Record<string, unknown> = {};

const [balancer, web, app] = [1, 2, 3] as const;
const range = "10.0.0.0/16";
const outside = "203.0.113.9";

function nic(id: number, aliasIps: string[] = []): PrivateNic {
  return {
    ...{ networkId: 7, networkName: "net", ip: `10.0.1.1${id}`, aliasIps, interfaceNumber: 1 },
    ...{ mac: `86:00:00:00:00:0${id}`, networkIpRange: range, subnetIpRange: "10.0.1.0/24" },
    gateway: "10.0.0.1",
  };
}

/** Runs a program in a host's network; what it prints. */
async function inside(id: number, ...words: string[]): Promise<string> {
  const target = ["--target", String(hosts.get(id)!.pid), "--net", ...words];
  return (await command("nsenter", target, { timeoutSeconds: 20 })).trim();
}

const script = (id: number, text: string) => inside(id, process.execPath, "-e", text);

/** Body of a page as a host gets it, or `nothing`. */
function page(id: number, url: string): Promise<string> {
  const fetched = `fetch(${JSON.stringify(url)}, { signal: AbortSignal.timeout(2000) })`;
  const done = "(answer) => answer.text()).then(console.log, () => console.log('nothing'))";
  return script(id, `${fetched}.then(${done}`);
}

const api = (id: number) => page(id, "http://198.18.2.1/v1/servers");
const identity = (id: number) => page(id, "http://169.254.169.254/hetzner/v1/metadata/instance-id");

/** Source of the datagram that the application host gets when `id` sends one from `source`; empty if none comes. */
async function received(id: number, source: string): Promise<string> {
  await inside(id, "ip", "address", "replace", `${source}/32`, "dev", "lo");
  const socket = "const s = require('dgram').createSocket('udp4');";
  const listen = `${socket} s.on('message', (_, { address }) => console.log(address)).bind(5000, () => console.log('ready'));`;
  const pid = String(hosts.get(app)!.pid);
  const listener = spawn("nsenter", ["--target", pid, "--net", process.execPath, "-e", listen]);
  const lines: string[] = [];
  createInterface(listener.stdout).on("line", (line) => lines.push(line));
  while (lines.length === 0) await pause(20);
  const send = `s.send('x', 5000, '10.0.1.13', () => s.close())`;
  await script(id, `${socket} s.bind(0, '${source}', () => ${send})`);
  await pause(500);
  listener.kill("SIGKILL");
  await inside(id, "ip", "address", "delete", `${source}/32`, "dev", "lo");
  return lines[1] ?? "";
}

async function powerOn(id: number): Promise<void> {
  const host = spawn("unshare", ["--net", "sleep", "120"], { stdio: "ignore" });
  const namespace = () => readlinkSync(`/proc/${host.pid}/ns/net`);
  while (namespace() === readlinkSync("/proc/self/ns/net")) await pause(20);
  hosts.set(id, host);
  await wiring.plugAll(id, host.pid!);
}

async function powerOff(id: number): Promise<void> {
  const host = hosts.get(id)!;
  hosts.delete(id);
  const ended = new Promise((done) => host.on("close", done));
  host.kill("SIGKILL");
  await ended;
}

function make(id: number, publicNic?: PublicNic): void {
  const kind = { image: "debian-13", cores: 1, memoryGb: 1, diskGb: 10, location: "nbg1" };
  const spec = { id, name: `host-${id}`, sshKeys: [], networkZone: "eu-central", labels: {} };
  const record = { spec: { ...kind, ...spec }, privateNics: { 7: nic(id) }, volumes: [] };
  records.save({ ...record, ...(publicNic ? { publicNic } : {}) });
}

/** What the tenant of the balancer does. */
async function translate(): Promise<void> {
  await inside(balancer, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
  const rules =
    "table ip nat { chain out { type nat hook postrouting priority srcnat; oifname eth0 masquerade; }; }";
  await inside(balancer, "nft", rules);
}

const defaultRoute = () => inside(web, "ip", "route", "add", "default", "via", "10.0.0.1");
const route = (gateway: string) =>
  wiring.setNetwork({ id: 7, ipRange: range, routes: [{ destination: "0.0.0.0/0", gateway }] });

/** Gives a running host other alias addresses, of which it sets none itself. */
async function aliases(id: number, list: string[]): Promise<void> {
  const record = records.get(id);
  const before = record.privateNics[7]!;
  record.privateNics[7] = nic(id, list);
  records.save(record);
  await wiring.plug(id, record.privateNics[7], before);
}

async function observe(): Promise<void> {
  await makeRouter(names.router, names.link);
  startGateway(state, names.router);
  createServer((_, answer) => answer.end("api"))
    .listen(join(state, "api.sock"))
    .unref();
  await wiring.setNetwork({ id: 7, ipRange: range, routes: [] });
  make(balancer, { mac: "96:00:00:00:00:01", ipv4: { ip: "198.18.0.10" } });
  for (const id of [web, app]) make(id);
  for (const id of [balancer, web, app]) await powerOn(id);
  for (let n = 0; (await api(balancer)) === "nothing" && n < 50; n++) await pause(200);

  seen.routesAtBoot = (await inside(web, "ip", "route")).split("\n").map((line) => line.trim());
  seen.identities = await Promise.all([balancer, web, app].map(identity));
  seen.withoutDefault = await api(web);
  await defaultRoute();
  await translate();
  seen.withoutRoute = await api(web);
  seen.spoofedWithoutRoute = await received(balancer, outside);
  await route("10.0.1.11");
  seen.withRoute = await api(web);
  seen.fromGateway = await received(balancer, outside);
  seen.fromGatewayAsMember = await received(balancer, "10.0.1.12");
  seen.fromAnother = await received(web, outside);

  await powerOff(balancer);
  seen.gatewayOff = await api(web);
  await powerOn(balancer);
  await translate();
  seen.gatewayOn = await api(web);

  await aliases(balancer, ["10.0.1.99"]);
  await inside(balancer, "ip", "address", "add", "10.0.1.99/32", "dev", "enp7s0");
  await route("10.0.1.99");
  seen.byAlias = await api(web);
  await aliases(balancer, []);
  seen.aliasGone = await api(web);
  await aliases(web, ["10.0.1.98"]);
  seen.keepsItsRoutes = await inside(web, "ip", "route", "show", "default");

  await route("10.0.1.11");
  seen.again = await api(web);
  await wiring.setNetwork({ id: 7, ipRange: range, routes: [] });
  seen.routeDeleted = await api(web);
  seen.identityStays = await identity(web);
}

observe()
  .then(() => console.log(JSON.stringify(seen)))
  .catch((error: Error) => {
    console.error(error.stack);
    process.exitCode = 1;
  })
  .finally(() => {
    for (const host of hosts.values()) host.kill("SIGKILL");
    const gateway = Number(readFileSync(join(state, "gateway.pid"), "utf8"));
    process.kill(gateway, "SIGTERM");
    rmSync(state, { recursive: true, force: true });
  });
