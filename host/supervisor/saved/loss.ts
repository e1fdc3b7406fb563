import { monotonicMs } from "../../time/monotonic";
import { setTimeout as delay } from "node:timers/promises";
import { lineageOf, trustedSets } from "../core/lineage";
import { isCertified, type NodeState } from "../core/node-state";
import { literal } from "../../mysql/literal";
import type { Mysql } from "../mysql";

/** Longest wait until received transactions are applied, milliseconds. */
const applyMs = 120_000;
/** Pause between two checks of that, milliseconds. */
const checkMs = 500;

/**
 * GTID sets that decide whether a transaction belongs to the group: it must be in all of them. They are
 * what the members of the donor's group have, and what `trustedSets` says.
 *
 * @throws Error if the donor is not seen in a group.
 */
export function groupSets(self: NodeState, peers: readonly NodeState[], donor: string): string[] {
  const groupId = peers.find(({ node }) => node === donor)?.groupId;
  const group = peers.filter(
    (peer) => isCertified(peer) && peer.majority && peer.groupId === groupId,
  );
  if (group.length === 0)
    throw new Error(`${donor} is not seen in a group with a majority any more`);
  const common = group.map(({ gtid }) => gtid).join(",");
  return [common, ...trustedSets(self, lineageOf(group))];
}

/** Transactions that a clone would replace and that the group does not have, as GTID sets. */
export interface Loss {
  /** All of them. */
  all: string;
  /** Those that the binary logs do not contain, or no longer. */
  purged: string;
  /** Those that were received and not applied. */
  unapplied: string;
}

const received =
  "(SELECT RECEIVED_TRANSACTION_SET FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = 'group_replication_applier')";

/** Asks MySQL which transactions of this node are not in all of the sets. */
export async function lossOf(mysql: Mysql, sets: readonly string[]): Promise<Loss> {
  const differences = sets.map((set) => `GTID_SUBTRACT(@own, ${literal(set)})`);
  const rows = await mysql.query(
    [
      `SET @own = CONCAT_WS(',', @@GLOBAL.gtid_executed, ${received})`,
      `SET @loss = CONCAT_WS(',', ${differences.join(", ")})`,
      `SELECT 'all', ${line("GTID_SUBTRACT(@loss, '')")}`,
      `SELECT 'purged', ${line("GTID_SUBTRACT(@loss, GTID_SUBTRACT(@loss, @@GLOBAL.gtid_purged))")}`,
      `SELECT 'unapplied', ${line("GTID_SUBTRACT(@loss, @@GLOBAL.gtid_executed)")}`,
    ].join(";\n"),
  );
  const of = (kind: keyof Loss) => rows.find(([first]) => first === kind)?.[1] ?? "";
  return { all: of("all"), purged: of("purged"), unapplied: of("unapplied") };
}

function line(set: string): string {
  return `REPLACE(${set}, '\\n', '')`;
}

/**
 * Applies transactions that were received before the membership ended, so that the binary logs contain
 * them: MySQL does not send relay logs. This node is in no group.
 *
 * @throws Error if they are not applied in time.
 */
export async function applyReceived(mysql: Mysql, unapplied: string): Promise<void> {
  const thread = "REPLICA SQL_THREAD FOR CHANNEL 'group_replication_applier'";
  const isApplied = `SELECT GTID_SUBSET(${literal(unapplied)}, @@GLOBAL.gtid_executed)`;
  await mysql.query(`START ${thread}`, 10_000);
  try {
    const end = monotonicMs() + applyMs;
    while ((await mysql.query(isApplied))[0]?.[0] !== "1") {
      if (monotonicMs() > end)
        throw new Error(
          `the received transactions ${unapplied} were not applied in ${applyMs / 1000} s`,
        );
      await delay(checkMs);
    }
  } finally {
    await mysql.query(`STOP ${thread}`, 10_000);
  }
}
