import type { Memory } from "../core/memory";
import type { Observer } from "../observation/observer";
import { literal } from "../../mysql/literal";
import type { Mysql } from "../mysql";
import { log } from "../log";
import { writeOutside, writeUnlogged } from "./unlogged";

/** Passwords by user, as the program made them. */
export interface Passwords {
  app: string;
  replication: string;
}

/** What each user may do; the least it needs. The supervisor can give only what it has itself. */
const grants: Record<keyof Passwords, string> = {
  app: "ALL PRIVILEGES ON app.*",
  replication:
    "REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM, CLONE_ADMIN ON *.*",
};

/** Users of former versions, which nothing used. */
const former = ["admin", "monitor"];

function statements(passwords: Passwords): string[] {
  const users = Object.keys(grants) as (keyof Passwords)[];
  return [
    "CREATE DATABASE IF NOT EXISTS app CHARACTER SET utf8mb4",
    ...users.flatMap((user) => [
      `CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY ${literal(passwords[user])} REQUIRE SSL`,
      `ALTER USER '${user}'@'%' IDENTIFIED BY ${literal(passwords[user])} REQUIRE SSL`,
      `GRANT ${grants[user]} TO '${user}'@'%'`,
    ]),
  ];
}

/**
 * Makes database and users on a node that is in no group. Not in its log: every node does the same
 * by itself, and a transaction that only one node has would keep it out of the group.
 */
async function makeLocalUsers(mysql: Mysql, passwords: Passwords, grouped: boolean): Promise<void> {
  if (grouped) return writeOutside(mysql, statements(passwords));
  // Nobody else opens a node that is never in a group.
  const open = ["SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF"];
  await writeUnlogged(mysql, [...open, ...statements(passwords)]);
}

/** Makes database and users on the primary; the others receive them. */
async function makeUsers(mysql: Mysql, passwords: Passwords): Promise<void> {
  await mysql.query(statements(passwords).join(";\n"), 15_000);
  await dropFormer(mysql);
}

/**
 * MySQL drops these at its start. In the log are statements that make them, from which a new member
 * has them again. `admin` has a privilege that who drops it needs as well: such a one stays until
 * the next start.
 */
async function dropFormer(mysql: Mysql): Promise<void> {
  for (const user of former) {
    await mysql
      .query(`DROP USER IF EXISTS '${user}'@'%'`)
      .catch((error: Error) => log(4, `user ${user} stays until MySQL starts: ${error.message}`));
  }
}

/**
 * Makes users before the first start, and again on the primary, which a new password needs; not where
 * there is no data: the copy brings them, and what a broken one left is in the way.
 */
export async function provideUsers(
  { observer, memory, grouped }: { observer: Observer; memory: Memory; grouped: boolean },
  mysql: Mysql,
  passwords: Passwords,
): Promise<void> {
  if (observer.usersMade || observer.state.cloneIncomplete || !observer.isFresh()) return;
  const { member, lastView } = observer.state;
  if (grouped && member?.state === "ONLINE") {
    if (member.role === "PRIMARY") await makeUsers(mysql, passwords);
  } else if (!grouped || !member || member.state === "OFFLINE") {
    await makeLocalUsers(mysql, passwords, grouped);
  } else return;
  observer.usersMade = true;
  if (!grouped && !lastView) memory.setSole(true);
}
