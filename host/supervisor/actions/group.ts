import { literal } from "../../mysql/literal";
import { TimeoutError, type Mysql, SqlError } from "../mysql";
import { killMysql } from "./kill-mysql";

/** Longest join of a member, milliseconds. A join may include a clone of much data. */
const joinMs = 3_600_000;
/** Longest founding, milliseconds: well within the time for which a vote holds. */
const bootstrapMs = 30_000;

/**
 * Seconds that running transactions may take before the primary changes. MySQL then ends those that are
 * not committing; a client that is cut off would otherwise hold up the switch for ever.
 */
const underWaySeconds = 2;

/** Longest end of a membership, milliseconds; beyond that MySQL hangs. */
const stopMs = 8_000;

/**
 * Longest change of the primary, milliseconds; beyond that MySQL hangs, for example on a disk that
 * finishes no commit.
 */
const switchMs = 6_000;

/** Login for distributed recovery and clone. */
export interface Replication {
  user: string;
  password: string;
}

/** How a member starts: it bootstraps the group, or joins through one of the seeds, tried in order. */
export type Start = "bootstrap" | { seeds: readonly string[] };

/** Joins the group or bootstraps it. @throws SqlError, or Error if it takes too long. */
export async function startMember(
  mysql: Mysql,
  { user, password }: Replication,
  start: Start,
): Promise<void> {
  const bootstrap = start === "bootstrap";
  const login = `USER=${literal(user)}, PASSWORD=${literal(password)}`;
  await endMembership(mysql);
  await mysql.query("SET GLOBAL offline_mode = OFF", 5_000);
  if (!bootstrap) {
    const seeds = literal(start.seeds.join(","));
    await mysql.query(`SET GLOBAL group_replication_group_seeds = ${seeds}`);
  }
  await mysql.query(`SET GLOBAL group_replication_bootstrap_group = ${bootstrap ? "ON" : "OFF"}`);
  try {
    await mysql.query(`START GROUP_REPLICATION ${login}`, bootstrap ? bootstrapMs : joinMs);
  } catch (error) {
    // A hanging bootstrap must not complete later, when no node expects the group any more.
    if (bootstrap) await mysql.query("STOP GROUP_REPLICATION", 20_000).catch(() => undefined);
    throw error;
  } finally {
    await mysql.query("SET GLOBAL group_replication_bootstrap_group = OFF").catch(() => undefined);
  }
}

/** Fixed part of this member's view id. @throws Error if this member is in no view. */
export async function groupIdOf(mysql: Mysql): Promise<string> {
  const [row] = await mysql.query(
    "SELECT VIEW_ID FROM performance_schema.replication_group_member_stats WHERE MEMBER_ID = @@server_uuid",
  );
  const [groupId, counter] = (row?.[0] ?? "").split(":");
  if (!groupId || !counter) throw new Error("the group that was founded has no view");
  return groupId;
}

/** Ends what is left of a membership. If that hangs, as after a cut network, MySQL is killed and restarts. */
export async function endMembership(mysql: Mysql): Promise<void> {
  try {
    await mysql.query("STOP GROUP_REPLICATION", stopMs);
  } catch (error) {
    // A session that was lost with the previous MySQL process is replaced by the next query.
    if (error instanceof TimeoutError) await startAnew("the end of the membership hangs", error);
  }
}

/** Kills MySQL, which systemd restarts. @throws Error always, once MySQL is killed. */
async function startAnew(reason: string, cause: Error): Promise<never> {
  await killMysql();
  throw new Error(`${reason}; MySQL is restarted`, { cause });
}

/** Leaves the group. With `cut`, all sessions of applications end first, so that nothing more is written. */
export async function stopMember(mysql: Pick<Mysql, "query">, cut = false): Promise<void> {
  if (cut) await mysql.query("SET GLOBAL offline_mode = ON", 5_000);
  await mysql.query("STOP GROUP_REPLICATION", 60_000);
}

/**
 * Makes the member with that address the primary; resolves once it is. A switch waits for running commits.
 * If the switch hangs while this node is still the primary, `ifItHangs` decides: "kill" kills this node's
 * MySQL so that the others elect a primary, "giveUp" fails and leaves this node the primary.
 */
export async function setPrimary(
  mysql: Pick<Mysql, "query">,
  address: string,
  ifItHangs: "kill" | "giveUp",
  isPrimary: () => boolean,
  longestMs = switchMs,
): Promise<void> {
  const member = `(SELECT MEMBER_ID FROM performance_schema.replication_group_members WHERE MEMBER_HOST = ${literal(address)})`;
  try {
    await mysql.query(
      `SET @member = ${member};\nSELECT group_replication_set_as_primary(@member, ${underWaySeconds})`,
      longestMs,
    );
  } catch (error) {
    const kills = ifItHangs === "kill" && error instanceof TimeoutError && isPrimary();
    if (!kills) throw error;
    await startAnew("the switch hangs", error);
  }
}

/**
 * Replaces all data of this node by a clone of the donor's. @throws SqlError if MySQL refuses.
 * https://dev.mysql.com/doc/refman/8.4/en/clone-plugin-remote.html
 */
export async function cloneFrom(
  mysql: Mysql,
  donorAddress: string,
  { user, password }: Replication,
): Promise<void> {
  await endMembership(mysql);
  const statements = [
    "SET GLOBAL offline_mode = OFF",
    // CLONE needs super_read_only off; read_only stays on, so that the app cannot write.
    "SET GLOBAL read_only = ON",
    "SET GLOBAL super_read_only = OFF",
    `SET GLOBAL clone_valid_donor_list = ${literal(`${donorAddress}:3306`)}`,
    `CLONE INSTANCE FROM ${literal(user)}@${literal(donorAddress)}:3306 IDENTIFIED BY ${literal(password)} REQUIRE SSL`,
  ];
  try {
    await mysql.query(statements.join(";\n"), joinMs);
  } catch (error) {
    // MySQL restarts at the end of the clone, which ends the session.
    if (!(error instanceof SqlError)) return;
    await mysql.query("SET GLOBAL super_read_only = ON", stopMs);
    throw error;
  }
}
