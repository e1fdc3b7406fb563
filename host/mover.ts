import {
  constants,
  createReadStream,
  existsSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { get } from "node:http";
import { createInterface } from "node:readline";
import { ApiFailure, FloatingIpApi } from "./mover/api";
import type { Effect, Event, VrrpState } from "./mover/events";
import { step } from "./mover/machine";
import { initialState } from "./mover/state";

/** What `/etc/webstack/mover.json` holds; the first server is the one with the higher priority. */
interface Config {
  node: string;
  endpoint: string;
  floatingIps: { id: number; address: string }[];
  servers: { name: string; id: number; publicIp: string }[];
}

const configPath = "/etc/webstack/mover.json";
const fifoPath = "/run/webstack/vrrp.fifo";
/** Last state that keepalived told, for a mover that is restarted. */
const statePath = "/run/webstack-mover/vrrp-state";
/** How long the other load balancer may take to answer, milliseconds; two tries side by side. */
const probeMs = 300;

const config = JSON.parse(readFileSync(configPath, "utf8")) as Config;
const token = readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/token`, "utf8").trim();
const self = config.servers.find(({ name }) => name === config.node);
const peer = config.servers.find(({ name }) => name !== config.node);
if (!self || !peer) throw new Error(`${configPath} must name this node and the other one`);
const api = new FloatingIpApi(config.endpoint, token);

let state = initialState(self.id, peer.id, self === config.servers[0]);
let timer: NodeJS.Timeout | undefined;

function nowMs(): number {
  return Math.round(performance.now());
}

function feed(event: Event): void {
  const result = step(state, event);
  state = result.state;
  for (const effect of result.effects) carryOut(effect);
}

function carryOut(effect: Effect): void {
  switch (effect.type) {
    case "log":
      console.log(`<${effect.level}>${effect.text}`);
      return;
    case "wake":
      clearTimeout(timer);
      timer = setTimeout(() => feed({ type: "tick", nowMs: nowMs() }), effect.inMs);
      return;
    case "read-owner":
      return answering(readOwner());
    case "probe-peer":
      return answering(probe(peer!.publicIp));
    case "assign":
      return answering(assignAll());
  }
}

function answering(work: Promise<Event>): void {
  work.then(feed, (error: Error) => {
    const { retryAfterMs, refused } = error instanceof ApiFailure ? error : {};
    feed({
      type: "failed",
      reason: error.message,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(refused ? { refused } : {}),
      random: Math.random(),
      nowMs: nowMs(),
    });
  });
}

/** The owner of the first address that is not here; ours if all are. */
async function readOwner(): Promise<Event> {
  for (const { id } of config.floatingIps) {
    const serverId = await api.owner(id);
    if (serverId !== self!.id) return { type: "owner", serverId, nowMs: nowMs() };
  }
  return { type: "owner", serverId: self!.id, nowMs: nowMs() };
}

async function assignAll(): Promise<Event> {
  const begun = nowMs();
  await Promise.all(config.floatingIps.map(({ id }) => api.assign(id, self!.id)));
  console.log(`<6>assigned in ${nowMs() - begun} ms`);
  return { type: "assigned", nowMs: nowMs() };
}

function probeOnce(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { agent: false as const, timeout: probeMs };
    const call = get(`http://${address}/healthz`, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on("timeout", () => call.destroy(new Error("late")));
    call.on("error", () => resolve(false));
  });
}

async function probe(address: string): Promise<Event> {
  const answers = await Promise.all([probeOnce(address), probeOnce(address)]);
  return { type: "probed", answers: answers.includes(true), nowMs: nowMs() };
}

function listen(): void {
  // Open for writing too: the pipe then never ends when keepalived restarts.
  const descriptor = openSync(fifoPath, constants.O_RDWR);
  const lines = createInterface({ input: createReadStream("", { fd: descriptor }) });
  lines.on("line", (line) => {
    const told = /^INSTANCE "[^"]+" (\w+)/.exec(line)?.[1];
    if (!isVrrpState(told)) return;
    writeFileSync(statePath, told);
    feed({ type: "vrrp", state: told, nowMs: nowMs() });
  });
}

function isVrrpState(word: string | undefined): word is VrrpState {
  return word !== undefined && ["MASTER", "BACKUP", "FAULT", "STOP"].includes(word);
}

function lastState(): VrrpState | undefined {
  const word = existsSync(statePath) ? readFileSync(statePath, "utf8") : undefined;
  return isVrrpState(word) ? word : undefined;
}

const last = lastState();
feed(last ? { type: "vrrp", state: last, nowMs: nowMs() } : { type: "start", nowMs: nowMs() });
listen();
