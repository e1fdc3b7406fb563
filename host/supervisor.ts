import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { Claims, isMajority } from "./supervisor/claims";
import { decide, type Decision } from "./supervisor/decide";
import { literal, Mysql, SqlError } from "./supervisor/mysql";
import { observe } from "./supervisor/observe";
import { askClaims, askPeers } from "./supervisor/peers";
import { serve } from "./supervisor/server";
import { makeLocalUsers, makeUsers, type Passwords } from "./supervisor/users";
import { isLater, type LastView, type NodeState } from "./supervisor/view";

interface Config {
  node: string;
  privateIp: string;
  nodes: { name: string; privateIp: string }[];
}

/** Time between two looks at MySQL, milliseconds. */
const lookMs = 250;
/** Waits after failed starts, milliseconds; the last one for ever. */
const backOffMs = [1_000, 2_000, 5_000, 10_000, 30_000];
/** Longest start of a member: a clone of the data may be part of it. */
const startMs = 3_600_000;
const viewPath = "/var/lib/webstack-supervisor/last-view.json";

const config = JSON.parse(readFileSync("/etc/webstack/supervisor.json", "utf8")) as Config;
const credentials = `${process.env.CREDENTIALS_DIRECTORY}/passwords`;
const passwords = JSON.parse(readFileSync(credentials, "utf8")) as Passwords;
const peers = config.nodes.filter(({ name }) => name !== config.node).map((peer) => peer.privateIp);
const grouped = peers.length > 0;
const looking = new Mysql();
const acting = new Mysql();
const claims = new Claims();

let state: NodeState = {
  node: config.node,
  ready: false,
  member: null,
  gtid: "",
  lastView: readView(),
  writable: false,
  majority: false,
  lagMs: 0,
  waiting: "",
};
let lookedAt = 0;
let usersMade = false;
let busy = false;
let failures = 0;
let notBefore = 0;
let decision: Decision = { type: "wait", reason: "just started" };

function say(level: 3 | 4 | 5 | 6, text: string): void {
  console.log(`<${level}>${text}`);
}

function readView(): LastView | null {
  try {
    return JSON.parse(readFileSync(viewPath, "utf8")) as LastView;
  } catch {
    return null;
  }
}

/** The primary of the last view decides who may start after a loss of all: on disk at each change. */
function keepView(view: LastView | null): void {
  const before = state.lastView;
  if (!view || (!isLater(view, before) && view.primary === before?.primary)) return;
  mkdirSync("/var/lib/webstack-supervisor", { recursive: true });
  writeFileSync(`${viewPath}.draft`, JSON.stringify(view), { flush: true });
  renameSync(`${viewPath}.draft`, viewPath);
  state.lastView = view;
  say(5, `view ${view.epoch}:${view.counter}, primary ${view.primary}`);
}

async function look(): Promise<void> {
  try {
    const seen = await observe(looking, grouped);
    const { view, ...rest } = seen;
    keepView(view);
    const before = state.member;
    const alone = { state: "ONLINE" as const, role: "PRIMARY" as const };
    state = { ...state, ...rest, ready: usersMade || seen.member?.state === "ONLINE" };
    if (!grouped) state.member = usersMade ? alone : null;
    if (before?.state !== state.member?.state || before?.role !== state.member?.role) {
      say(5, `member ${state.member?.state ?? "none"} ${state.member?.role ?? ""}`);
    }
    lookedAt = Date.now();
  } catch (error) {
    if (state.ready) say(4, `MySQL: ${(error as Error).message}`);
    state = { ...state, ready: false, member: null, writable: false };
  }
}

/** Users are made before the first start, and again by the primary, which a new password needs. */
async function provideUsers(): Promise<void> {
  if (usersMade || Date.now() - lookedAt > 1_500) return;
  const role = state.member?.role;
  if (grouped && state.member?.state === "ONLINE") {
    if (role === "PRIMARY") await makeUsers(acting, passwords);
  } else if (!grouped || !state.member || state.member.state === "OFFLINE") {
    await makeLocalUsers(acting, passwords);
  } else return;
  usersMade = true;
}

async function start(bootstrap: boolean): Promise<void> {
  const login = `USER='replication', PASSWORD=${literal(passwords.replication)}`;
  await acting.query("STOP GROUP_REPLICATION", 60_000).catch(() => undefined);
  await acting.query("SET GLOBAL offline_mode = OFF", 5_000);
  await acting.query(`SET GLOBAL group_replication_bootstrap_group = ${bootstrap ? "ON" : "OFF"}`);
  try {
    await acting.query(`START GROUP_REPLICATION ${login}`, startMs);
  } finally {
    await acting.query("SET GLOBAL group_replication_bootstrap_group = OFF").catch(() => undefined);
  }
}

async function act(): Promise<void> {
  const states = await askPeers(peers);
  const next = decide({ nodes: config.nodes.map(({ name }) => name), self: state, peers: states });
  if (next.type === "wait" && state.waiting !== next.reason) say(5, `waiting: ${next.reason}`);
  decision = next;
  state.waiting = next.type === "wait" ? next.reason : "";
  if (next.type !== "join" && next.type !== "bootstrap") return;
  if (Date.now() < notBefore) return;
  if (next.type === "bootstrap") {
    const own = claims.grant(config.node, Date.now()) ? 1 : 0;
    const grants = own + (own ? await askClaims(peers, config.node) : 0);
    if (!isMajority(grants, config.nodes.length)) {
      say(4, `only ${grants} of ${config.nodes.length} nodes let this one start the group`);
      notBefore = Date.now() + backOffMs[0]!;
      return;
    }
    say(5, `starting the group: ${next.reason}`);
  } else say(5, "joining the group");
  await start(next.type === "bootstrap");
  failures = 0;
}

function failed(error: Error): void {
  const wait = backOffMs[Math.min(failures, backOffMs.length - 1)]!;
  failures += 1;
  notBefore = Date.now() + wait;
  const code = error instanceof SqlError ? ` (MySQL ${error.code})` : "";
  say(4, `${error.message}${code}; again in ${wait} ms`);
}

async function turn(): Promise<void> {
  await look();
  if (busy || Date.now() - lookedAt > 1_500) return;
  busy = true;
  const work = async () => {
    await provideUsers();
    if (grouped && usersMade) await act();
  };
  void work()
    .catch(failed)
    .finally(() => (busy = false));
}

/** Healthy is ONLINE, or waiting for nodes that have not been configured yet. */
function problem(): string | undefined {
  if (state.member?.state === "ONLINE" && state.ready) return undefined;
  const first = state.ready && state.lastView === null && decision.type === "wait";
  if (first && decision.type === "wait" && /missing|no majority/.test(decision.reason))
    return undefined;
  return state.waiting || `member is ${state.member?.state ?? "not started"}`;
}

serve(config.privateIp, {
  state: () => state,
  ageMs: () => Date.now() - lookedAt,
  problem,
  claims,
});
const loop = () => void turn().finally(() => setTimeout(loop, lookMs));
loop();
