import { monotonicMs } from "./time/monotonic";
import { Askers } from "./supervisor/observation/askers";
import { BackOff, noticedMs } from "./supervisor/policy/back-off";
import { type Claim, Claims } from "./supervisor/core/votes";
import { decide, type Decision } from "./supervisor/core/decide";
import { Observer } from "./supervisor/observation/observer";
import { FastRefusal } from "./supervisor/xcom/fast-refusal";
import { Founding } from "./supervisor/actions/founding";
import { setPrimary, stopMember } from "./supervisor/actions/group";
import { betterPrimary, HandOvers } from "./supervisor/policy/hand-over";
import { join } from "./supervisor/actions/joining";
import { readDurable, writeDurable } from "./supervisor/actions/durable";
import { Mysql, SqlError } from "./supervisor/mysql";
import { isOverridden } from "./supervisor/actions/override";
import { SlotFilling } from "./supervisor/xcom/slot-filling";
import { Peers } from "./supervisor/wire/peers";
import { SlotFiller } from "./supervisor/xcom/slot-filler";
import { problem } from "./supervisor/policy/problem";
import { endStuckCopy, rebuild } from "./supervisor/actions/rebuild";
import { Reach } from "./supervisor/xcom/reach";
import { Rejoins } from "./supervisor/policy/rejoin";
import { serve } from "./supervisor/wire/server";
import { SeveredLinks } from "./supervisor/xcom/severed-links";
import { readPasswords, readSettings } from "./supervisor/settings";
import { provideUsers } from "./supervisor/actions/users";
import { isConfirmed, isInGroup, type NodeState } from "./supervisor/core/view";
import { log } from "./supervisor/log";

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
const claims = new Claims(readDurable<Claim>("claim"), (claim) => writeDurable("claim", claim));
const acting = new Mysql();
const observer = new Observer(config.node, config.nodes, claims, {
  onOwnView: (view) => peers.tell(view),
  onRestart: () => acting.abandon("MySQL was started anew"),
});
const peers = new Peers(
  others.map(({ privateIp }) => privateIp),
  (state, askedMs) => {
    observer.adopt(state.lastView);
    observer.freshness.hear(state, askedMs);
    handOvers.appMoves.hear(state.appMoves, monotonicMs());
  },
);
const addresses = config.nodes.map(({ privateIp }) => privateIp);
const askers = new Askers(addresses, monotonicMs());
const reach = new Reach(others);
const severedLinks = new SeveredLinks(others);
const handOvers = new HandOvers();
const rejoins = new Rejoins();
const backOff = new BackOff();
const founding = new Founding(config.node, nodes, { observer, peers, claims, backOff });
const fastRefusal = new FastRefusal();
const slotFilling = new SlotFilling();
const places = new SlotFiller();

let busy = false;
let decidedAt = 0;
let decision: Decision = { type: "wait", reason: "just started" };

const addressOf = (node: string) =>
  config.nodes.find(({ name }) => name === node)?.privateIp ?? node;
function ownState(): NodeState {
  const [nowMs, { state, freshness }] = [monotonicMs(), observer];
  const ofApps = { asked: askers.ages(nowMs), appMoves: handOvers.appMoves.said(nowMs) };
  return { ...state, ...ofApps, dataAgeMs: freshness.ageMs(state, nowMs) };
}

function next(): Decision {
  const [self, said, now] = [ownState(), peers.states(), monotonicMs()];
  const standing = { listeningMs: askers.listeningMs(now), slowMs: observer.syncs.slowMs(now) };
  const first = decide({ nodes, self, peers: said, override: isOverridden(config.node) });
  const better = betterPrimary(self, said, standing);
  const made = rejoins.next(handOvers.next(first, self, better, now), isInGroup(self), now);
  if (made.type !== decision.type) decidedAt = monotonicMs();
  if (made.type === "wait" && observer.state.waiting !== made.reason)
    log(5, `waiting: ${made.reason}`);
  observer.state.waiting = made.type === "wait" ? made.reason : "";
  return made;
}

/** Makes ready for the end of this membership. */
function leaving(): void {
  slotFilling.leave(monotonicMs());
  peers.announce();
}

async function act(): Promise<void> {
  decision = next();
  if (!backOff.isOver(monotonicMs())) return;
  switch (decision.type) {
    case "nothing":
      return backOff.worked();
    case "wait":
      return;
    case "join":
      log(5, "joining the group");
      await observer.keepLineage(decision.lineage);
      return join(acting, replication, {
        node: config.node,
        leaves: observer.state.member?.state !== "OFFLINE",
        peers: () => peers.states(),
        addressOf,
        announce: () => peers.announce(),
      });
    case "bootstrap":
      return founding.found(acting, replication, decision.reason);
    case "rebuild":
      if (monotonicMs() - decidedAt < rebuildAfterMs) return;
      return rebuild(
        acting,
        replication,
        { ...decision, address: addressOf(decision.donor) },
        observer.progress,
      );
    case "leave":
      log(3, `leaving the group: ${decision.reason}`);
      leaving();
      return stopMember(acting);
    case "handOver":
      log(3, `${decision.to} is to be the primary: ${decision.reason}`);
      backOff.hold(noticedMs, monotonicMs());
      return setPrimary(
        acting,
        addressOf(decision.to),
        decision.ifItHangs,
        () => observer.state.member?.role === "PRIMARY",
      );
  }
}

function failed(error: Error): void {
  const wait = backOff.failed(monotonicMs());
  const code = error instanceof SqlError ? ` (MySQL ${error.code})` : "";
  log(4, `${error.message}${code}; again in ${wait} ms`);
}

async function turn(): Promise<void> {
  await observer.look();
  severedLinks.see(observer.state, peers.silences());
  Object.assign(
    observer.state,
    await reach.look(observer.state, observer.groupView.unreachable, monotonicMs()),
  );
  await endStuckCopy(observer.progress).catch(failed);
  fastRefusal.keep(peers.silences(), monotonicMs());
  places.keep(
    observer.isFresh() && slotFilling.next(observer.state, observer.groupView, monotonicMs()),
  );
  if (busy || !observer.isFresh()) return;
  busy = true;
  const work = async () => {
    if (backOff.isOver(monotonicMs())) await provideUsers(observer, acting, passwords, grouped);
    await observer.settleLineage();
    observer.letIn(peers.states());
    if (grouped && (observer.usersMade || observer.state.ready)) await act();
  };
  void work()
    .catch(failed)
    .finally(() => (busy = false));
}

function confirmed(): boolean {
  if (!grouped) return observer.state.sole;
  const known = isConfirmed(observer.state, peers.states(), config.nodes.length);
  if (known) observer.keepAlone(false);
  return known || (observer.alone && observer.state.lastView?.primary === config.node);
}

serve(config.privateIp, {
  state: ownState,
  isFresh: () => observer.isFresh(),
  problem: () => problem(observer.state, peers.states(), decision, observer.progress),
  isPeer: (address) => addresses.includes(address),
  confirmed,
  adopt: (view) => observer.adopt(view),
  claim: (by, view) => founding.claim(by, view),
  release: (by) => claims.release(by, monotonicMs()),
  announced: () => slotFilling.announce(monotonicMs()),
  leaving,
  onAsked: (address, path) => {
    peers.hear(address);
    if (path === "/primary") askers.note(address, monotonicMs());
  },
});
peers.watch();
const loop = () =>
  void turn().finally(() =>
    setTimeout(loop, observer.groupView.unreachable.length > 0 ? lookMs.loss : lookMs.usual),
  );
loop();
