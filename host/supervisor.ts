import { statfsSync } from "node:fs";
import { Actor } from "./supervisor/actions/actor";
import { BinlogCutter } from "./supervisor/actions/binlog-cutter";
import { stateFolder } from "./supervisor/actions/durable";
import { Founding } from "./supervisor/actions/founding";
import { loadMemory, MemoryUpdater } from "./supervisor/actions/group-memory";
import { PlannedSwitch } from "./supervisor/actions/planned-switch";
import { RequestedSwitch } from "./supervisor/actions/requested-switch";
import { endStuckClone } from "./supervisor/actions/rebuild";
import { Users } from "./supervisor/actions/users";
import { Memory } from "./supervisor/core/memory";
import type { NodeState } from "./supervisor/core/node-state";
import { Trust } from "./supervisor/core/trust";
import { log } from "./supervisor/log";
import { Mysql } from "./supervisor/mysql";
import { readArchived } from "./supervisor/observation/archived";
import { CheckClients } from "./supervisor/observation/check-clients";
import { Observer } from "./supervisor/observation/observer";
import { SinglePoll } from "./supervisor/observation/mysql-poll";
import { BackOff } from "./supervisor/policy/back-off";
import { Decisions } from "./supervisor/policy/decisions";
import { Override, type OverrideContext } from "./supervisor/policy/override";
import { problem } from "./supervisor/policy/problem";
import { SaveGuard } from "./supervisor/saved/save-guard";
import { readPasswords, readPeerCredentials, readSettings } from "./supervisor/settings";
import { PeerClient } from "./supervisor/wire/peer-client";
import { Peers } from "./supervisor/wire/peers";
import { serve } from "./supervisor/wire/serve";
import { Serving } from "./supervisor/wire/serving";
import { XcomHelp } from "./supervisor/xcom/help";
import { monotonicMs } from "./time/monotonic";

/**
 * Pause between two polls of MySQL, milliseconds; shorter while a member is lost, so that its removal is
 * seen at once.
 */
const pollMs = { usual: 100, loss: 20 };
/**
 * Longest wait of one turn of the loop for a poll, milliseconds. A late MySQL must not hold up the rest of
 * the turn.
 */
const patienceMs = 200;

const config = readSettings();
const { node } = config;
const credentials = readPeerCredentials();
const others = config.nodes.filter(({ name }) => name !== node);
const nodes = config.nodes.map(({ name }) => name);
const addresses = config.nodes.map(({ privateIp }) => privateIp);
const grouped = others.length > 0;
const memory = new Memory(
  loadMemory(stateFolder),
  (record) => stateFolder.write("memory", record),
  monotonicMs(),
);
const acting = new Mysql();
const observer = new Observer(node, config.nodes, memory, {
  onRestart: () => acting.abandon("MySQL was restarted"),
});
const peers = new Peers(
  others,
  (peer, onSign) =>
    new PeerClient({ peer, credentials, localAddress: config.privateIp, onAlive: onSign }),
  (state, askedMs) => {
    decisions.handOvers.appMoves.merge(state.appMoves, monotonicMs());
    register.onPeerState(state, askedMs);
  },
);
const askers = new CheckClients(addresses, monotonicMs());
const backOff = new BackOff();
const trust = new Trust(memory);
const override = new Override();
const founding = new Founding(node, nodes, { observer, peers, memory, backOff, override, sight });
const register = new MemoryUpdater(nodes, { observer, memory, peers });
const otherPrimary = () => askers.otherPrimary(node, monotonicMs());
const serving = new Serving({
  ...{ observer, peers, otherPrimary, nodes },
  confirmed: () => (grouped ? register.confirmed() : observer.state.sole),
});
const singlePoll = new SinglePoll(() => observer.poll());
const decisions = new Decisions(nodes);
const saving = new SaveGuard(node, () => [observer.state, peers.states()]);
const xcomHelp = new XcomHelp(others, config, observer);
const passwords = readPasswords();
const users = new Users({ observer, memory, grouped, mysql: acting, passwords });
const addressOf = (name: string) =>
  config.nodes.find((one) => one.name === name)?.privateIp ?? name;
const sides = {
  self: () => (observer.isFresh() ? observer.state : undefined),
  peers: () => peers.states(),
};
const plannedSwitch = new PlannedSwitch({
  ...{ ...sides, session: () => new Mysql(), addressOf, nowMs: monotonicMs },
  allAskedSince: (sinceMs) => askers.haveAskedSince(sinceMs, monotonicMs()),
});
const requestedSwitch = new RequestedSwitch({
  ...{ ...sides, planned: plannedSwitch },
  askPeer: (...args) => peers.ask(...args),
});
const actor = new Actor({
  ...{ node, nodes, mysql: acting, observer, peers, founding, memory, trust, backOff, leaving },
  passwords: passwords.replication,
  ...{ xcomHelp, addressOf, saving },
});
const cutter = new BinlogCutter({
  ...{ mysql: new Mysql(), isGrouped: grouped, nowMs: monotonicMs },
  self: () => observer.state,
  others: () => peers.lastStates(),
  archived: () => (config.backups ? readArchived(observer.state.lineage) : null),
  sizes: () => statfsSync("/var/lib/mysql"),
});

let busy = false;

function ownState(): NodeState {
  const [nowMs, { state, freshness }] = [monotonicMs(), observer];
  const appMoves = decisions.handOvers.appMoves.recent(nowMs);
  const ofApps = { asked: askers.ages(nowMs), appMoves };
  const { report } = cutter;
  const binlog = report && { text: report.text, isProblem: report.isProblem };
  const dataAgeMs = freshness.ageMs(state, nowMs);
  return { ...state, ...ofApps, dataAgeMs, ...(binlog ? { binlog } : {}) };
}

/** What an operator's override is checked against. */
function sight(): OverrideContext {
  return { peers: peers.states(), otherPrimary: otherPrimary(), nodes };
}

function next() {
  const [self, peerStates, nowMs] = [ownState(), peers.states(), monotonicMs()];
  const decided = decisions.next(self, peerStates, {
    ...{ override: override.holds(self, sight(), nowMs), nowMs },
    ...{ listeningMs: askers.listeningMs(nowMs), slowMs: observer.slow.syncs.slowMs(nowMs) },
  });
  const made = saving.next(decided, nowMs);
  const waiting = made.type === "wait" ? made.reason : "";
  if (waiting && observer.state.waiting !== waiting) log(5, `waiting: ${waiting}`);
  observer.note({ waiting });
  return made;
}

/** Prepares the peers and XCom for the end of this node's membership. */
function leaving(): void {
  xcomHelp.leaving();
  peers.announce();
}

async function work(): Promise<void> {
  if (backOff.isOver(monotonicMs())) await users.provide();
  register.settle();
  if (!grouped || !(observer.usersExist || observer.state.ready)) return;
  await actor.act(next());
}

async function turn(): Promise<void> {
  if (await singlePoll.next(patienceMs)) {
    register.written(() => trust.note(observer.state, observer.executed, peers.states()));
    serving.note();
    register.record();
  }
  await xcomHelp.keep(peers.silences());
  await endStuckClone(observer.progress).catch((error: Error) => actor.failed(error));
  if (!observer.isFresh()) return;
  void cutter.keep();
  if (busy) return;
  busy = true;
  void work()
    .catch((error: Error) => actor.failed(error))
    .finally(() => (busy = false));
}

serve(config, credentials, {
  state: ownState,
  isFresh: () => observer.isFresh(),
  problem: () =>
    problem(observer.state, {
      ...{ peers: peers.states(), decision: decisions.last, progress: observer.progress },
      isUnheard: peers.answeredCount() < others.length,
      ...{ passwords: users.problem, noWrites: serving.writes().noWrites },
    }),
  serving,
  isHandingOver: () => plannedSwitch.isAnnounced(),
  handOver: (body) => requestedSwitch.request(body),
  handOverHere: (body) => plannedSwitch.request(body),
  adopt: (record) => register.adopt(record),
  vote: (request) => founding.vote(request),
  override: () => override.request(ownState(), sight(), monotonicMs()),
  discard: () => saving.discard(monotonicMs()),
  announced: () => xcomHelp.announced(),
  leaving,
  onAsked: (address, primaries) => askers.onCheck(address, primaries, monotonicMs()),
  onPeerRequest: (peer) => peers.noteAlive(peer),
});
peers.watch();
const loop = () =>
  void turn().finally(() =>
    setTimeout(loop, observer.groupView.unreachable.length > 0 ? pollMs.loss : pollMs.usual),
  );
loop();
