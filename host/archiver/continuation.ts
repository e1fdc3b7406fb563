import { setTimeout as delay } from "node:timers/promises";
import { log } from "../supervisor/log";
import type { Mysql } from "../supervisor/mysql";
import type { ChainEnd } from "./chain/append";
import { newestBase } from "./chain/reading";
import { continuity } from "./decisions";
import { subtract, union } from "./gtid-sets";
import type { MysqlState } from "./mysql-state";
import { renewDatabase } from "./origin";
import type { Settings } from "./settings";
import type { ObjectStore } from "./store/object-store";
import { isSameTail } from "./tail";

/** Progress of the archive. */
export interface Progress {
  doing: string;
  problem: "" | "gap" | "diverged";
  timeline: string;
  /** Origin of the data whose history that is, see `originText`. */
  origin: string;
  end: ChainEnd | undefined;
  /** True if a link has just been added to the chain. */
  grown: boolean;
}

/** How long MySQL may lack archived transactions before that counts as divergence, milliseconds. */
const behindMs = 120_000;

/** Pause between two checks while the archive waits, milliseconds. */
const againMs = 2_000;

/** Dependencies of {@link untilContinuous}. */
export interface ContinuationArgs {
  settings: Pick<Settings, "nodes" | "root">;
  store: ObjectStore;
  mysql: Mysql;
  /** Polls MySQL. A node whose group is not known to be the valid one does not serve. */
  pollMysql: () => Promise<MysqlState>;
  monotonicMs: () => number;
  /** This host's clock, milliseconds since 1970. */
  wallMs: () => number;
  /** False if another node is to archive, or this program is stopping. */
  shouldContinue: () => boolean;
  onProgress: (progress: Progress) => void;
}

/** The end of a history that MySQL is to continue. */
export interface Continued {
  timeline: string;
  origin: string;
  end: ChainEnd;
}

/**
 * Waits until MySQL can continue where the archive ends, and reports why MySQL cannot yet. False: this node must not
 * archive there any more. The only database node gets a new history if its data went back to an earlier state.
 *
 * @param events MySQL's binary log without the transactions of a GTID set.
 */
export async function untilContinuous(
  { timeline, origin, end }: Continued,
  isOfOrigin: () => Promise<boolean>,
  events: (except: string) => AsyncIterable<Buffer>,
  parts: ContinuationArgs,
): Promise<boolean> {
  const sinceMs = parts.monotonicMs();
  const report = { timeline, origin, end, grown: false };
  let state: "unchecked" | "lacks" | "checked" =
    parts.settings.nodes.length === 1 ? "unchecked" : "checked";
  let logged = false;
  for (; parts.shouldContinue() && (await isOfOrigin()); await delay(againMs)) {
    const { executed, purged } = await parts.pollMysql();
    const base = await newestBase(parts.store, parts.settings.root, timeline, parts.wallMs());
    if (state !== "checked") {
      const lost = subtract(union(end.archived, base?.gtids ?? ""), executed);
      // MySQL sends a transaction a moment before `gtid_executed` has it, so one look does not count.
      if (lost !== "" && state === "unchecked") {
        state = "lacks";
        continue;
      }
      const { monotonicMs } = parts;
      if (lost !== "" || !(await isSameTail({ link: end.link, purged, events, monotonicMs }))) {
        await beginAnew(timeline, lost, parts);
        return false;
      }
      state = "checked";
    }
    const found = continuity({ archived: end.archived, executed, purged, base });
    if (found.kind === "continues") return true;
    if (found.kind === "bridged") {
      log(3, `no link has the transactions ${found.missing}; base ${found.base} contains them`);
      await end.addGap(found.missing, { id: base!.id, gtids: base!.gtids });
    } else if (found.kind === "behind") {
      const isLong = parts.monotonicMs() - sinceMs > behindMs;
      const doing = `waits: this MySQL lacks ${found.missing}, which is archived`;
      parts.onProgress({ ...report, doing, problem: isLong ? "diverged" : "" });
      if (isLong && !logged) log(3, `diverged: ${doing}`);
      logged = isLong;
    } else {
      const doing = `waits for a base: ${found.missing} is purged and not archived`;
      if (!logged) log(3, `gap: ${doing}`);
      parts.onProgress({ ...report, doing, problem: "gap" });
      logged = true;
    }
  }
  return false;
}

/** No other node has what the only one lacks, so its next transactions take numbers that are archived. */
async function beginAnew(
  timeline: string,
  lost: string,
  { mysql }: ContinuationArgs,
): Promise<void> {
  const seen =
    lost === "" ? "other transactions under archived numbers" : `no ${lost}, which is archived`;
  log(
    3,
    `this MySQL has ${seen}: its data went back, so history ${timeline} ends and another begins`,
  );
  await renewDatabase(mysql);
}
