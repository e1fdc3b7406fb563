import { setTimeout as delay } from "node:timers/promises";
import type { Mysql } from "../supervisor/mysql";
import { log } from "../supervisor/log";
import { ChainEnd, FencedError } from "./chain/append";
import { newestBase } from "./chain/bases";
import { keys } from "./chain/manifest";
import { findTip } from "./chain/tip";
import { continuity } from "./continuity";
import type { Look } from "./look";
import { dump } from "./replication/dump";
import { Segments, type Segment } from "./segments";
import type { Settings } from "./settings";
import { type ObjectStore, TakenError } from "./store/object-store";

/** Id under which MySQL knows the reader of its log: a second one on the same MySQL ends the first. */
const readerId = 4_000_000_001;
/** How long a MySQL may lack what is archived before that is no delay any more, milliseconds. */
const behindMs = 120_000;
/** Time between two looks while the archive waits, milliseconds. */
const againMs = 2_000;

/** What an archive is made with. */
export interface Parts {
  settings: Pick<Settings, "node" | "root" | "publicKey">;
  store: ObjectStore;
  socket: string;
  user: string;
  mysql: Mysql;
  look: () => Promise<Look>;
  monotonicMs: () => number;
  /** Time after which a segment is closed, milliseconds. */
  cutMs: () => number;
  /** False: another node is to archive, or this one is to stop. */
  goesOn: () => boolean;
  requestBase: (reason: string) => void;
  say: (progress: Progress) => void;
}

/** How far the archive is. */
export interface Progress {
  doing: string;
  problem: "" | "gap" | "diverged";
  timeline: string;
  end: ChainEnd | undefined;
  /** True if the chain has just grown. */
  grown: boolean;
}

/**
 * Archives until another node is to do it. What it knows is in the store alone: it reads it at its
 * start, and proves that nothing is left out before it asks MySQL for more.
 *
 * @throws FencedError if another node archives, Error if MySQL or the store fails.
 */
export async function archive(timeline: string, parts: Parts): Promise<void> {
  const { store, settings, say } = parts;
  await register(timeline, parts);
  const tip = await findTip(store, settings.root, timeline);
  const { mysql } = await parts.look();
  const writer = { store, root: settings.root, timeline, node: settings.node, mysql };
  const end = new ChainEnd(writer, tip);
  await untilContinuous(timeline, end, parts);
  if (!parts.goesOn()) return;
  const said = { doing: "archives", problem: "", timeline, end } as const;
  say({ ...said, grown: false });
  if (!(await newestBase(store, settings.root, timeline))) parts.requestBase("there is none");
  log(5, `archives from link ${end.number + 1} of ${timeline}`);
  await follow(end, parts, () => say({ ...said, grown: true }));
}

/** Says in the store that there is such a history. */
async function register(timeline: string, { store, settings, mysql }: Parts): Promise<void> {
  const [row] = await mysql.query("SELECT @@GLOBAL.server_uuid, UTC_TIMESTAMP()", 5_000);
  const key = keys.timeline(settings.root, timeline);
  if (await store.head(key)) return;
  const content = JSON.stringify({ version: 1, timeline, server: row?.[0], since: row?.[1] });
  await store.put(key, Buffer.from(`${content}\n`)).catch((error: unknown) => {
    if (!(error instanceof TakenError)) throw error;
  });
}

/** Waits until MySQL can go on where the archive ends, and says why it cannot. */
async function untilContinuous(timeline: string, end: ChainEnd, parts: Parts): Promise<void> {
  const sinceMs = parts.monotonicMs();
  let asked = false;
  for (; parts.goesOn(); await delay(againMs)) {
    const { executed, purged } = await parts.look();
    const base = await newestBase(parts.store, parts.settings.root, timeline);
    const found = continuity({ archived: end.archived, executed, purged, base });
    if (found.kind === "continues") return;
    const said = { timeline, end, grown: false };
    if (found.kind === "bridged") {
      log(3, `transactions are in no link: ${found.missing}; base ${found.base} has them`);
      await end.addGap(found.missing, { id: base!.id, gtids: base!.gtids });
    } else if (found.kind === "behind") {
      const isLong = parts.monotonicMs() - sinceMs > behindMs;
      const doing = `waits: this MySQL lacks ${found.missing}, which is archived`;
      parts.say({ ...said, doing, problem: isLong ? "diverged" : "" });
      if (isLong && !asked) log(3, `diverged: ${doing}`);
      asked = isLong;
    } else {
      const doing = `waits for a base: ${found.missing} is purged and not archived`;
      if (!asked) log(3, `gap: ${doing}`);
      parts.say({ ...said, doing, problem: "gap" });
      if (!asked) parts.requestBase(`gap: ${found.missing}`);
      asked = true;
    }
  }
}

/** Follows the log; one segment is put while the next one is gathered. */
async function follow(end: ChainEnd, parts: Parts, onGrown: () => void): Promise<void> {
  const { socket, user, settings, monotonicMs, cutMs } = parts;
  const segments = new Segments(settings.publicKey, monotonicMs, cutMs);
  const events = dump({ socket, user, serverId: readerId, except: end.archived });
  let under: Promise<void> = Promise.resolve();
  let failure: unknown;
  const put = async (segment: Segment) => {
    await end.add(segment);
    onGrown();
  };
  try {
    for await (const event of events) {
      if (!parts.goesOn()) break;
      if (failure) throw failure;
      const segment = await segments.take(event);
      if (!segment) continue;
      await under;
      under = put(segment);
      under.catch((error: unknown) => (failure = error));
    }
    await under;
  } finally {
    segments.abandon();
  }
}

/** True if the error means that another node archives. */
export function isFenced(error: unknown): boolean {
  return error instanceof FencedError;
}
