import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { constants } from "node:fs";
import { get } from "node:http";
import { createInterface } from "node:readline";
import { ApiFailure, FloatingIpApi } from "./mover/api";
import { initialState, step, type Effect, type Event, type VrrpState } from "./mover/machine";

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
const probeMs = 400;

const config = JSON.parse(readFileSync(configPath, "utf8")) as Config;
const token = readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/token`, "utf8").trim();
const self = config.servers.find(({ name }) => name === config.node);
const peer = config.servers.find(({ name }) => name !== config.node);
if (!self || !peer) throw new Error(`${configPath} must name this node and the other one`);
const api = new FloatingIpApi(config.endpoint, token);

let state = initialState(self.id, peer.id);
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
    case "probe-owner":
      return answering(probe(peer!.publicIp));
    case "assign":
      return answering(assignAll());
  }
}

function answering(work: Promise<Event>): void {
  work.then(feed, (error: Error) => {
    const retryAfterMs = error instanceof ApiFailure ? error.retryAfterMs : undefined;
    feed({
      type: "failed",
      reason: error.message,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
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
    const vrrp = /^INSTANCE "[^"]+" (MASTER|BACKUP|FAULT|STOP)\b/.exec(line)?.[1];
    if (!vrrp) return;
    writeFileSync(statePath, vrrp);
    feed({ type: "vrrp", state: vrrp as VrrpState, nowMs: nowMs() });
  });
  lines.on("close", () => closeSync(descriptor));
}

listen();
if (existsSync(statePath)) {
  feed({ type: "vrrp", state: readFileSync(statePath, "utf8") as VrrpState, nowMs: nowMs() });
}
