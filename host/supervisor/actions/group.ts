import { literal } from "../../mysql/literal";
import { HangingError, type Mysql, SqlError } from "../mysql";
import { killMysql } from "./kill-mysql";

/** Longest join of a member: a copy of much data may be part of it, milliseconds. */
const joinMs = 3_600_000;
/** Longest founding, milliseconds: well within the time that a vote holds. */
const bootstrapMs = 30_000;

/**
 * Seconds that transactions under way may take before the primary changes; then those that are not
 * being committed are ended. Clients that are cut off would hold it up for ever.
 */
const underWaySeconds = 2;

/** Longest end of a membership, milliseconds; a longer one hangs. */
const stopMs = 8_000;

/** Longest change of the primary, milliseconds; a longer one hangs, as if its disk ends no commit. */
const switchMs = 6_000;

/** Login with which members copy from each other. */
export interface Replication {
  user: string;
  password: string;
}

/** How a member starts: as the maker of the group, or by way of one of these seeds, in their order. */
export type Start = "bootstrap" | { seeds: readonly string[] };

/** Joins the group, or makes it. @throws SqlError, or Error if it takes too long. */
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
    // One that hangs must not become a group after all when nobody expects it any more.
    if (bootstrap) await mysql.query("STOP GROUP_REPLICATION", 20_000).catch(() => undefined);
    throw error;
  } finally {
    await mysql.query("SET GLOBAL group_replication_bootstrap_group = OFF").catch(() => undefined);
  }
}

/** Fixed part of the id of the view that this member is in. @throws Error if it is in none. */
export async function groupIdOf(mysql: Mysql): Promise<string> {
  const [row] = await mysql.query(
    "SELECT VIEW_ID FROM performance_schema.replication_group_member_stats WHERE MEMBER_ID = @@server_uuid",
  );
  const [groupId, counter] = (row?.[0] ?? "").split(":");
  if (!groupId || !counter) throw new Error("the group that was founded has no view");
  return groupId;
}

/** Ends what is left of a membership. One that hangs, as after a cut network, ends with its MySQL. */
export async function endMembership(mysql: Mysql): Promise<void> {
  try {
    await mysql.query("STOP GROUP_REPLICATION", stopMs);
  } catch (error) {
    // A session that was lost with a former MySQL is replaced by itself.
    if (error instanceof HangingError) await startAnew("the end of the membership hangs", error);
  }
}

/** @throws Error always, once MySQL is killed. */
async function startAnew(reason: string, cause: Error): Promise<never> {
  await killMysql();
  throw new Error(`${reason}; MySQL is started anew`, { cause });
}

/** Leaves the group; `cut` ends all sessions of applications first, so that nothing more is written. */
export async function stopMember(mysql: Mysql, cut = false): Promise<void> {
  if (cut) await mysql.query("SET GLOBAL offline_mode = ON", 5_000);
  await mysql.query("STOP GROUP_REPLICATION", 60_000);
}

/**
 * Makes the member with that address the primary; resolves when it is. A switch waits for commits
 * under way. If it hangs and this node is still the primary, its MySQL is killed if that is what
 * `ifItHangs` says: the others elect. Otherwise the switch has failed, and the primary serves on.
 */
export async function setPrimary(
  mysql: Mysql,
  address: string,
  ifItHangs: "kill" | "giveUp",
  isPrimary: () => boolean,
): Promise<void> {
  const member = `(SELECT MEMBER_ID FROM performance_schema.replication_group_members WHERE MEMBER_HOST = ${literal(address)})`;
  try {
    await mysql.query(
      `SET @member = ${member};\nSELECT group_replication_set_as_primary(@member, ${underWaySeconds})`,
      switchMs,
    );
  } catch (error) {
    const kills = ifItHangs === "kill" && error instanceof HangingError && isPrimary();
    if (!kills) throw error;
    await startAnew("the switch hangs", error);
  }
}

/**
 * Replaces all data of this node by a copy of the donor's. @throws SqlError if MySQL refuses.
 * https://dev.mysql.com/doc/refman/8.4/en/clone-plugin-remote.html
 */
export async function copyFrom(
  mysql: Mysql,
  donorAddress: string,
  { user, password }: Replication,
): Promise<void> {
  await endMembership(mysql);
  const statements = [
    "SET GLOBAL offline_mode = OFF",
    // A copy needs the one off; the other keeps the app from writing.
    "SET GLOBAL read_only = ON",
    "SET GLOBAL super_read_only = OFF",
    `SET GLOBAL clone_valid_donor_list = ${literal(`${donorAddress}:3306`)}`,
    `CLONE INSTANCE FROM ${literal(user)}@${literal(donorAddress)}:3306 IDENTIFIED BY ${literal(password)} REQUIRE SSL`,
  ];
  try {
    await mysql.query(statements.join(";\n"), joinMs);
  } catch (error) {
    // MySQL restarts itself at the end of the copy: the session is lost.
    if (!(error instanceof SqlError)) return;
    await mysql.query("SET GLOBAL super_read_only = ON", stopMs);
    throw error;
  }
}
