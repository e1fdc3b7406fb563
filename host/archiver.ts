import { setTimeout as delay } from "node:timers/promises";
import { archive, isFenced } from "./archiver/archive";
import { BaseAsking } from "./archiver/due";
import { HistoryMemo } from "./archiver/chain/histories";
import { Confirmation } from "./archiver/confirmation";
import { Heartbeat, originText, readOrigin } from "./archiver/origin";
import { type MysqlState, readMysqlState } from "./archiver/mysql-state";
import { type Newest, NewestObjects, nothingNewest } from "./archiver/newest-objects";
import type { Progress } from "./archiver/continuation";
import { readSettings, targetStore } from "./archiver/settings";
import { StatusFile, runFolder } from "./archiver/status";
import { StoreError } from "./archiver/store/object-store";
import { shouldArchive, rankOf } from "./archiver/decisions";
import { GrowthWatch } from "./archiver/growth-watch";
import { log } from "./supervisor/log";
import { Mysql } from "./supervisor/mysql";
import { monotonicMs } from "./time/monotonic";

/**
 * Intervals, milliseconds: of heartbeats, of polls of MySQL, of attempts after a failure, and of searches
 * for bases, dumps and proofs.
 */
const every = { beatMs: 5_000, lookMs: 1_000, againMs: 3_000, agesMs: 10_000 };
/**
 * Time after which a segment is closed, milliseconds. Shorter after another node wrote a link first: the
 * rightful archiver then gets the next link number before the node that took over, which fences that node.
 */
const cutMs = { usual: 10_000, contested: 2_000 };
const user = "archiver";
const socket = process.env.WEBSTACK_MYSQL_SOCKET ?? "/run/mysqld/mysqld.sock";
const login = ["--no-defaults", `--user=${user}`, `--socket=${socket}`];

const settings = readSettings(process.env.WEBSTACK_ARCHIVER_SETTINGS);
const { node, nodes, root, dumpOn } = settings;
const own = nodes.find(({ name }) => name === node)!.privateIp;
const order = nodes.map(({ privateIp }) => privateIp);
const store = targetStore(settings);
const wallMs = () => Date.now();
const file = new StatusFile(process.env.WEBSTACK_ARCHIVER_RUN ?? runFolder, wallMs);
// Two sessions, so that a heartbeat does not wait for a poll.
const [polling, beating] = [new Mysql(login), new Mysql(login)];
const confirmation = new Confirmation(settings.confirm);
const isPrimary = async () => seen?.writable === true && (await confirmation.isPrimary());
const heartbeat = new Heartbeat(beating, isPrimary);
const asking = new BaseAsking(monotonicMs);
const histories = new HistoryMemo(store, root, wallMs);
const objects = new NewestObjects(store, root);
const watch = new GrowthWatch(store, root, monotonicMs());

const membership = "this node to be in a group that is known to be the valid one";
const nothing = { problem: "", timeline: "", origin: "", end: undefined, grown: false } as const;

let seen: MysqlState | undefined;
let active = false;
let contested = false;
let progress: Progress = { ...nothing, doing: "starts" };
let failure = "";
/** The newest objects of a history in the store. */
let newest: { timeline: string; found: Newest } = { timeline: "", found: nothingNewest };

function isContinuing(): boolean {
  const rank = seen && rankOf(own, order, seen);
  // A node that took over continues until the rightful archiver writes again, which fences this node.
  return rank !== undefined && (rank === 0 || active);
}

function tell(): void {
  const { doing, problem, timeline, origin, end } = progress;
  const link = end?.link;
  file.write({
    ...{ node, active, timeline, origin, dumpOn },
    ...(newest.timeline === timeline ? newest.found : nothingNewest),
    doing: failure ? `retries after a failure: ${failure}` : doing,
    problem: problem || (failure ? "failure" : ""),
    ...{ knowsEnd: end !== undefined, link: end?.number ?? 0 },
    // A node that does not archive reports what the others have archived: its supervisor cuts the binary log by that.
    archived: end?.archived ?? watch.archived(timeline),
    newestUs: link?.segment?.toUs ?? 0,
  });
}

async function beats(): Promise<void> {
  for (; ; await delay(every.beatMs)) await heartbeat.beat();
}

/** The state of MySQL; a node whose group is not known to be the valid one does not serve. */
async function pollMysql(): Promise<MysqlState> {
  return confirmation.checked(order, await readMysqlState(polling, order.length > 1));
}

async function polls(): Promise<void> {
  for (; ; await delay(every.lookMs)) {
    try {
      seen = await pollMysql();
    } catch (error) {
      seen = undefined;
      failure = (error as Error).message;
    }
    tell();
  }
}

/**
 * Asks root of this host for a base. A base is taken only on a node whose status says that it archives, and of which
 * origin.
 */
function requestBase(reason: string): void {
  if (!active) return;
  log(4, `asks for a base: ${reason}`);
  asking.note(progress.timeline);
  tell();
  file.requestBase();
}

async function ages(): Promise<void> {
  for (; ; await delay(every.agesMs)) {
    try {
      const { timeline } = progress;
      if (!active || !timeline) continue;
      newest = { timeline, found: await objects.of(timeline, wallMs()) };
      // Another history may have begun meanwhile.
      if (progress.timeline !== timeline) continue;
      const { base } = newest.found;
      const bases = { timeline, newest: base, gap: progress.problem === "gap" };
      const reason = asking.reason(bases, wallMs());
      if (reason !== undefined) requestBase(reason);
    } catch {
      // The archive itself reports failures of the store.
    }
  }
}

async function turn(): Promise<void> {
  const origin = seen?.serves ? await readOrigin(beating) : undefined;
  if (!origin) {
    const what = seen?.serves ? "the timeline table, which the primary creates" : membership;
    progress = { ...progress, doing: `waits for ${what}` };
    return;
  }
  const rank = rankOf(own, order, seen!);
  if (rank !== 0) {
    const timeline = await histories.of(origin);
    await watch.check(timeline, monotonicMs());
    if (!shouldArchive(rank, watch.silentMs(monotonicMs()))) {
      progress = {
        ...nothing,
        doing: "another node archives",
        timeline,
        origin: originText(origin),
      };
      return;
    }
  }
  active = true;
  await archive(origin, {
    ...{ settings, store, socket, user, mysql: beating, monotonicMs, wallMs },
    shouldContinue: isContinuing,
    cutMs: () => (contested ? cutMs.contested : cutMs.usual),
    pollMysql,
    readOrigin: () => readOrigin(beating),
    onProgress: (update) => {
      if (update.grown) contested = false;
      progress = update;
      histories.note(origin, update.timeline);
      failure = "";
    },
  });
}

async function turns(): Promise<void> {
  for (; ; await delay(failure ? every.againMs : every.lookMs)) {
    try {
      await turn();
      failure = "";
    } catch (error) {
      const { message } = error as Error;
      contested = isFenced(error);
      if (contested) log(5, message);
      else {
        failure = message;
        log(error instanceof StoreError ? 4 : 3, `archiving failed: ${message}`);
      }
    } finally {
      // The other nodes get time to write before this node takes over again.
      if (active) watch.note(monotonicMs());
      active = false;
    }
  }
}

void polls();
void beats();
void turns();
void ages();
