import { Askers } from "./supervisor/askers";
import { BackOff, noticedMs } from "./supervisor/back-off";
import { type Claim, Claims } from "./supervisor/claims";
import { decide, type Decision } from "./supervisor/decide";
import { Eye } from "./supervisor/eye";
import { Fence } from "./supervisor/fence";
import { Founding } from "./supervisor/founding";
import { setPrimary, stopMember } from "./supervisor/group";
import { betterPrimary, HandOvers } from "./supervisor/hand-over";
import { join } from "./supervisor/joining";
import { keep, readKept } from "./supervisor/kept";
import { Mysql, SqlError } from "./supervisor/mysql";
import { isOverridden } from "./supervisor/override";
import { Nudges } from "./supervisor/nudge";
import { Peers } from "./supervisor/peers";
import { Places } from "./supervisor/places";
import { problem } from "./supervisor/problem";
import { endStuckCopy, rebuild } from "./supervisor/rebuild";
import { Reach } from "./supervisor/reach";
import { Rejoins } from "./supervisor/rejoin";
import { serve } from "./supervisor/server";
import { Severed } from "./supervisor/severed";
import { readPasswords, readSettings } from "./supervisor/settings";
import { provideUsers } from "./supervisor/users";
import { isConfirmed, isInGroup, type NodeState } from "./supervisor/view";
import { say } from "./supervisor/say";

/** Time between two looks at MySQL, and while a member is lost, whose removal is due, milliseconds. */
const lookMs = { usual: 100, loss: 20 };
/** How long own transactions must be unknown to the group before all data is replaced, milliseconds. */
const rebuildAfterMs = 10_000;

const config = readSettings();
const passwords = readPasswords();
const replication = { user: "replication", password: passwords.replication };
const others = config.nodes.filter(({ name }) => name !== config.node);
const nodes = config.nodes.map(({ name }) => name);
const grouped = others.length > 0;
const claims = new Claims(readKept<Claim>("claim"), (claim) => keep("claim", claim));
const acting = new Mysql();
const eye = new Eye(config.node, config.nodes, claims, {
  onOwnView: (view) => peers.tell(view),
  onRestart: () => acting.abandon("MySQL was started anew"),
});
const peers = new Peers(
  others.map(({ privateIp }) => privateIp),
  (state, askedMs) => {
    eye.adopt(state.lastView);
    eye.freshness.hear(state, askedMs);
  },
);
const addresses = config.nodes.map(({ privateIp }) => privateIp);
const askers = new Askers(addresses, Date.now());
const reach = new Reach(others);
const severed = new Severed(others);
const handOvers = new HandOvers();
const rejoins = new Rejoins();
const backOff = new BackOff();
const founding = new Founding(config.node, nodes, { eye, peers, claims, backOff });
const fence = new Fence();
const nudges = new Nudges();
const places = new Places();

let busy = false;
let decidedAt = 0;
let decision: Decision = { type: "wait", reason: "just started" };

function addressOf(node: string): string {
  return config.nodes.find(({ name }) => name === node)?.privateIp ?? node;
}

function ownState(): NodeState {
  const [nowMs, { state, freshness }] = [Date.now(), eye];
  return { ...state, dataAgeMs: freshness.ageMs(state, nowMs), asked: askers.ages(nowMs) };
}

function next(): Decision {
  const [self, said, now] = [ownState(), peers.states(), Date.now()];
  const standing = { listeningMs: askers.listeningMs(now), slowMs: eye.syncs.slowMs(now) };
  const first = decide({ nodes, self, peers: said, override: isOverridden(config.node) });
  const better = betterPrimary(self, said, standing);
  const made = rejoins.next(handOvers.next(first, self, better, now), isInGroup(self), now);
  if (made.type !== decision.type) decidedAt = Date.now();
  if (made.type === "wait" && eye.state.waiting !== made.reason) say(5, `waiting: ${made.reason}`);
  eye.state.waiting = made.type === "wait" ? made.reason : "";
  return made;
}

/** Makes ready for the end of this membership. */
function leaving(): void {
  nudges.leave(Date.now());
  peers.announce();
}

async function act(): Promise<void> {
  decision = next();
  if (!backOff.isOver(Date.now())) return;
  switch (decision.type) {
    case "nothing":
      return backOff.worked();
    case "wait":
      return;
    case "join":
      say(5, "joining the group");
      await eye.keepLineage(decision.lineage);
      return join(acting, replication, {
        node: config.node,
        leaves: eye.state.member?.state !== "OFFLINE",
        peers: () => peers.states(),
        addressOf,
        announce: () => peers.announce(),
      });
    case "bootstrap":
      return founding.found(acting, replication, decision.reason);
    case "rebuild":
      if (Date.now() - decidedAt < rebuildAfterMs) return;
      return rebuild(
        acting,
        replication,
        { ...decision, address: addressOf(decision.donor) },
        eye.progress,
      );
    case "leave":
      say(3, `leaving the group: ${decision.reason}`);
      leaving();
      return stopMember(acting);
    case "handOver":
      say(3, `${decision.to} is to be the primary: ${decision.reason}`);
      backOff.hold(noticedMs, Date.now());
      return setPrimary(acting, addressOf(decision.to), () => eye.state.member?.role === "PRIMARY");
  }
}

function failed(error: Error): void {
  const wait = backOff.failed(Date.now());
  const code = error instanceof SqlError ? ` (MySQL ${error.code})` : "";
  say(4, `${error.message}${code}; again in ${wait} ms`);
}

async function turn(): Promise<void> {
  await eye.look();
  severed.see(eye.state, peers.silences());
  Object.assign(eye.state, await reach.look(eye.state, eye.roll.unreachable, Date.now()));
  await endStuckCopy(eye.progress).catch(failed);
  fence.keep(peers.silences(), Date.now());
  places.keep(eye.isFresh() && nudges.next(eye.state, eye.roll, Date.now()));
  if (busy || !eye.isFresh()) return;
  busy = true;
  const work = async () => {
    if (backOff.isOver(Date.now())) await provideUsers(eye, acting, passwords, grouped);
    await eye.settleLineage();
    eye.letIn(peers.states());
    if (grouped && (eye.usersMade || eye.state.ready)) await act();
  };
  void work()
    .catch(failed)
    .finally(() => (busy = false));
}

function confirmed(): boolean {
  if (!grouped) return eye.state.sole;
  const known = isConfirmed(eye.state, peers.states(), config.nodes.length);
  if (known) eye.keepAlone(false);
  return known || (eye.alone && eye.state.lastView?.primary === config.node);
}

serve(config.privateIp, {
  state: ownState,
  isFresh: () => eye.isFresh(),
  problem: () => problem(eye.state, peers.states(), decision, eye.progress),
  isPeer: (address) => addresses.includes(address),
  confirmed,
  adopt: (view) => eye.adopt(view),
  claim: (by, view) => founding.claim(by, view),
  release: (by) => claims.release(by, Date.now()),
  announced: () => nudges.announce(Date.now()),
  leaving,
  onAsked: (address, path) => {
    peers.hear(address);
    if (path === "/primary") askers.note(address, Date.now());
  },
});
peers.watch();
const loop = () =>
  void turn().finally(() =>
    setTimeout(loop, eye.roll.unreachable.length > 0 ? lookMs.loss : lookMs.usual),
  );
loop();
