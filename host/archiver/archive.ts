import { setTimeout as delay } from "node:timers/promises";
import type { Mysql } from "../supervisor/mysql";
import { log } from "../supervisor/log";
import { ChainEnd, FencedError } from "./chain/append";
import { newestBase } from "./chain/bases";
import { keys } from "./chain/manifest";
import { findTip } from "./chain/tip";
import { continuity } from "./continuity";
import type { MysqlState } from "./mysql-state";
import { dump } from "./replication/dump";
import { Segments, type Segment } from "./segments";
import type { Settings } from "./settings";
import { type ObjectStore, KeyExistsError } from "./store/object-store";

/** Server id of this binary log reader. MySQL ends an older reader with the same id. */
const readerId = 4_000_000_001;
/** How long MySQL may lack archived transactions before that counts as divergence, milliseconds. */
const behindMs = 120_000;
/** Pause between two checks while the archive waits, milliseconds. */
const againMs = 2_000;

/** Dependencies of {@link archive}. */
export interface ArchiveArgs {
  settings: Pick<Settings, "node" | "root" | "publicKey">;
  store: ObjectStore;
  socket: string;
  user: string;
  mysql: Mysql;
  pollMysql: () => Promise<MysqlState>;
  monotonicMs: () => number;
  /** Time after which a segment is closed, milliseconds. */
  cutMs: () => number;
  /** False if another node is to archive, or this program is stopping. */
  shouldContinue: () => boolean;
  onProgress: (progress: Progress) => void;
}

/** Progress of the archive. */
export interface Progress {
  doing: string;
  problem: "" | "gap" | "diverged";
  timeline: string;
  end: ChainEnd | undefined;
  /** True if a link has just been added to the chain. */
  grown: boolean;
}

/**
 * Archives the binary log until another node takes over. All state is in the store: it is read at the
 * start, and MySQL is asked for more only once it is proven that no transaction would be skipped.
 *
 * @throws FencedError if another node archives, Error if MySQL or the store fails.
 */
export async function archive(timeline: string, parts: ArchiveArgs): Promise<void> {
  const { store, settings, onProgress } = parts;
  await registerTimeline(timeline, parts);
  const tip = await findTip(store, settings.root, timeline);
  const { mysql } = await parts.pollMysql();
  const writer = { store, root: settings.root, timeline, node: settings.node, mysql };
  const end = new ChainEnd(writer, tip);
  await untilContinuous(timeline, end, parts);
  if (!parts.shouldContinue()) return;
  const said = { doing: "archives", problem: "", timeline, end } as const;
  onProgress({ ...said, grown: false });
  log(5, `archiving from link ${end.number + 1} of ${timeline}`);
  await follow(end, parts, () => onProgress({ ...said, grown: true }));
}

/** Registers the timeline in the store. */
async function registerTimeline(
  timeline: string,
  { store, settings, mysql }: ArchiveArgs,
): Promise<void> {
  const [row] = await mysql.query("SELECT @@GLOBAL.server_uuid, UTC_TIMESTAMP()", 5_000);
  const key = keys.timeline(settings.root, timeline);
  if (await store.head(key)) return;
  const content = JSON.stringify({ version: 1, timeline, server: row?.[0], since: row?.[1] });
  await store.put(key, Buffer.from(`${content}\n`)).catch((error: unknown) => {
    if (!(error instanceof KeyExistsError)) throw error;
  });
}

/** Waits until MySQL can continue where the archive ends, and reports why it cannot. */
async function untilContinuous(timeline: string, end: ChainEnd, parts: ArchiveArgs): Promise<void> {
  const sinceMs = parts.monotonicMs();
  let logged = false;
  for (; parts.shouldContinue(); await delay(againMs)) {
    const { executed, purged } = await parts.pollMysql();
    const base = await newestBase(parts.store, parts.settings.root, timeline);
    const found = continuity({ archived: end.archived, executed, purged, base });
    if (found.kind === "continues") return;
    const said = { timeline, end, grown: false };
    if (found.kind === "bridged") {
      log(3, `no link has the transactions ${found.missing}; base ${found.base} contains them`);
      await end.addGap(found.missing, { id: base!.id, gtids: base!.gtids });
    } else if (found.kind === "behind") {
      const isLong = parts.monotonicMs() - sinceMs > behindMs;
      const doing = `waits: this MySQL lacks ${found.missing}, which is archived`;
      parts.onProgress({ ...said, doing, problem: isLong ? "diverged" : "" });
      if (isLong && !logged) log(3, `diverged: ${doing}`);
      logged = isLong;
    } else {
      const doing = `waits for a base: ${found.missing} is purged and not archived`;
      if (!logged) log(3, `gap: ${doing}`);
      parts.onProgress({ ...said, doing, problem: "gap" });
      logged = true;
    }
  }
}

/** Follows the binary log; one segment is uploaded while the next one is collected. */
async function follow(end: ChainEnd, parts: ArchiveArgs, onGrown: () => void): Promise<void> {
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
      if (!parts.shouldContinue()) break;
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
