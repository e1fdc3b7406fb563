import {
  constants,
  createReadStream,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { createInterface } from "node:readline";
import { ApiFailure } from "./cloud-api/failure";
import { FloatingIpApi } from "./mover/api";
import { AssignRounds } from "./mover/assign-rounds";
import { type Effect, type Event, type VrrpState, initialState } from "./mover/state";
import { Gateway, followsRoute, hasAddress } from "./mover/gateway";
import { HeldAddresses } from "./mover/held-addresses";
import { step } from "./mover/machine";
import { Peer } from "./mover/peer";
import { type Status, statusAfter } from "./mover/status";
import { type ApiAccess, apiClient, routeRequest } from "./mover/api-client";
import { monotonicMs } from "./time/monotonic";

/** Content of `/etc/webstack/mover.json`; the first server has the higher VRRP priority. */
interface Config {
  node: string;
  api: ApiAccess;
  /** Label selector of the floating IPs, such as `stack=dev`. */
  selector: string;
  floatingIps: { id: number; address: string }[];
  servers: { name: string; id: number; publicIp: string }[];
  /** The private network whose default route follows the address, and this node as its gateway. @default none */
  route?: { network: number; gateway: string };
}

const configPath = "/etc/webstack/mover.json";
const fifoPath = "/run/webstack/vrrp.fifo";
/** Last VRRP state that keepalived reported, for a restarted mover. */
const statePath = "/run/webstack-mover/vrrp-state";
/** Status for operators. */
const statusPath = "/run/webstack-mover/status.json";

const config = JSON.parse(readFileSync(configPath, "utf8")) as Config;
const self = config.servers.find(({ name }) => name === config.node);
const peer = config.servers.find(({ name }) => name !== config.node);
if (!self || !peer)
  throw new Error(`${configPath} must name this node and the other load balancer`);
const client = apiClient(config.api, {
  credential,
  node: config.node,
  onMove: () => feed({ type: "moved", nowMs: monotonicMs() }),
});
const api = new FloatingIpApi(client, config.selector);
const ids = config.floatingIps.map(({ id }) => id);
const held = new HeldAddresses(ids);
const rounds = new AssignRounds(api, held, self.id);
const gateway = config.route && new Gateway(routeRequest(config.api, client, config.route), log);

const otherOne = new Peer(peer.publicIp, monotonicMs);

let state = initialState(self.id, peer.id, self === config.servers[0]);
let timer: NodeJS.Timeout | undefined;
let status: Status | undefined;
/** Reason for the last assign. */
let reason: string | undefined;

function credential(name: string): string {
  return readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/${name}`, "utf8").trim();
}

function feed(event: Event): void {
  const { vrrp } = state;
  const result = step(state, event);
  state = result.state;
  if (state.vrrp !== vrrp) held.forget();
  for (const effect of result.effects) carryOut(effect);
  // A move of the route takes longer than that of the address, so both begin at the same time.
  if (followsRoute(state, event, result.effects)) gateway?.follow(() => hasAddress(state));
  report();
}

function log(level: number, text: string): void {
  console.log(`<${level}>${text}`);
}

function report(): void {
  const now = statusAfter(status, state, reason, new Date().toISOString());
  if (JSON.stringify(now) === JSON.stringify(status)) return;
  status = now;
  writeFileSync(`${statusPath}.new`, JSON.stringify(now));
  renameSync(`${statusPath}.new`, statusPath);
}

function carryOut(effect: Effect): void {
  switch (effect.type) {
    case "log":
      return log(effect.level, effect.text);
    case "wake":
      clearTimeout(timer);
      timer = setTimeout(() => feed({ type: "tick", nowMs: monotonicMs() }), effect.inMs);
      return;
    case "read-owner":
      return answering(readOwner());
    case "probe-peer":
      return answering(probe());
    case "assign":
      reason = effect.reason;
      return answering(assignAll());
  }
}

function answering(work: Promise<Event>): void {
  work.then(feed, (error: Error) => {
    const known = error instanceof ApiFailure ? error : undefined;
    const retryAfterMs = known?.more.retryAfterMs;
    feed({
      type: "failed",
      reason: error.message,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(known?.refused ? { refused: true } : {}),
      random: Math.random(),
      nowMs: monotonicMs(),
    });
  });
}

/** Owner of the first floating IP that another server has; this server if it has all. */
async function readOwner(): Promise<Event> {
  const owners = await api.owners(ids);
  for (const id of held.onOwners(owners, self!.id, monotonicMs())) {
    log(
      3,
      `floating IP ${id} does not exist any more; the others move without it, and \`up\` makes it anew`,
    );
  }
  const other = owners.find((owner) => owner !== undefined && owner !== self!.id);
  return { type: "owner", serverId: other === undefined ? self!.id : other, nowMs: monotonicMs() };
}

async function assignAll(): Promise<Event> {
  const begun = monotonicMs();
  const isWanted = () => state.vrrp === "MASTER";
  await rounds.run({ isWanted, isFirst: state.failures === 0 });
  console.log(`<6>assigned in ${monotonicMs() - begun} ms`);
  return { type: "assigned", nowMs: monotonicMs() };
}

async function probe(): Promise<Event> {
  const answers = await otherOne.probe();
  return { type: "probed", answers, nowMs: monotonicMs() };
}

function listen(): void {
  // The pipe is also opened for writing, so that it does not end when keepalived restarts.
  const descriptor = openSync(fifoPath, constants.O_RDWR);
  const lines = createInterface({ input: createReadStream("", { fd: descriptor }) });
  lines.on("line", (line) => {
    if (line === "TAKE") return feed({ type: "requested", nowMs: monotonicMs() });
    const vrrpState = /^INSTANCE "[^"]+" (\w+)/.exec(line)?.[1];
    if (!isVrrpState(vrrpState)) return;
    writeFileSync(statePath, vrrpState);
    feed({ type: "vrrp", state: vrrpState, nowMs: monotonicMs() });
  });
}

function isVrrpState(word: string | undefined): word is VrrpState {
  return word !== undefined && ["MASTER", "BACKUP", "FAULT", "STOP"].includes(word);
}

function lastState(): VrrpState | undefined {
  const word = existsSync(statePath) ? readFileSync(statePath, "utf8") : undefined;
  return isVrrpState(word) ? word : undefined;
}

function lastStatus(): Status | undefined {
  try {
    return JSON.parse(readFileSync(statusPath, "utf8")) as Status;
  } catch {
    return undefined;
  }
}

status = lastStatus();
const last = lastState();
feed(
  last
    ? { type: "vrrp", state: last, nowMs: monotonicMs() }
    : { type: "start", nowMs: monotonicMs() },
);
listen();
otherOne.probeWhile(() => state.vrrp !== "MASTER");
