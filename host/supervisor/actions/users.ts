import {
  type Change,
  change,
  creation,
  type DatabaseUser,
  marksSql,
  type Passwords,
  readMarks,
} from "../core/passwords";
import type { Memory } from "../core/memory";
import { isCertified } from "../core/node-state";
import type { Observer } from "../observation/observer";
import { type Mysql, writeOutside, writeUnlogged } from "../mysql";
import { log } from "../log";

/** Longest run of statements on the primary, milliseconds. */
const longestMs = 15_000;

/**
 * Privileges of each user, the least that each needs. The supervisor can grant only privileges that it has
 * itself.
 */
const grants: Record<DatabaseUser, string> = {
  app: "ALL PRIVILEGES ON app.*",
  replication:
    "REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM, CLONE_ADMIN ON *.*",
};

const users = Object.keys(grants) as DatabaseUser[];

/** Users of earlier versions, which nothing uses. */
const former = ["admin", "monitor"];

/** What {@link Users} depends on. */
export interface UsersDependencies {
  observer: Observer;
  memory: Memory;
  /** False on the only node. */
  grouped: boolean;
  mysql: Mysql;
  passwords: Passwords;
}

/** Database and users of a node, and their passwords where this node is the primary. */
export class Users {
  /** True once the passwords were compared, until the node is no longer the primary. */
  private compared = false;
  private refusal = "";

  constructor(private readonly parts: UsersDependencies) {}

  /**
   * Why the present passwords are not in force, or never will be; empty if they are, or if the primary is
   * about to put them in force.
   */
  get problem(): string {
    const { observer, passwords } = this.parts;
    if (!this.isPrimary())
      return refusalOf(change("replication", passwords.replication, observer.state.accepted ?? []));
    return this.compared
      ? this.refusal
      : "the database users do not have the present passwords yet";
  }

  /**
   * Creates database and users before the first start, and on the primary; there it also puts the present
   * passwords in force. Does nothing on a node without data: the clone brings the users, and the remains of
   * an interrupted clone are in the way.
   */
  async provide(): Promise<void> {
    const { observer } = this.parts;
    if (!this.isPrimary()) this.compared = false;
    if (observer.state.cloneIncomplete || !observer.isFresh()) return;
    if (!observer.usersExist) await this.create();
    const { usersExist, state } = observer;
    if (usersExist && this.isPrimary() && state.writable && !this.compared) await this.compare();
  }

  /**
   * True on the node that changes users for all nodes: the primary of a certified group, or the only node. Without a
   * certificate, the statements would take GTIDs that the certified group gives to others.
   */
  private isPrimary(): boolean {
    const { grouped, observer } = this.parts;
    const { member } = observer.state;
    return !grouped || (isCertified(observer.state) && member?.role === "PRIMARY");
  }

  private async create(): Promise<void> {
    const { observer, memory, grouped, mysql } = this.parts;
    const { member, lastView } = observer.state;
    if (grouped && member?.state === "ONLINE") {
      if (!this.isPrimary()) return;
      await mysql.query(this.creations().join(";\n"), longestMs);
      await dropFormer(mysql);
    } else if (!grouped || !member || member.state === "OFFLINE") {
      await this.createLocally();
    } else return;
    observer.usersExist = true;
    if (!grouped && !lastView) memory.setSole(true);
  }

  private creations(): string[] {
    const { passwords } = this.parts;
    return [
      "CREATE DATABASE IF NOT EXISTS app CHARACTER SET utf8mb4",
      ...users.flatMap((user) => [
        creation(user, passwords[user]),
        `GRANT ${grants[user]} TO '${user}'@'%'`,
      ]),
    ];
  }

  /**
   * Creates database and users on a node that is in no group, without the binary log: every node does the
   * same for itself, and a transaction that only one node has would keep that node out of the group. A
   * password that exists is the group's to change.
   */
  private async createLocally(): Promise<void> {
    const { mysql, grouped } = this.parts;
    if (grouped) return writeOutside(mysql, this.creations());
    // A node that is never in a group stays read-only unless the supervisor makes it writable.
    const open = ["SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF"];
    await writeUnlogged(mysql, [...open, ...this.creations()]);
  }

  /** Puts the present passwords in force; the other members receive the change. */
  private async compare(): Promise<void> {
    const { mysql, grouped, passwords } = this.parts;
    const marks = readMarks(await mysql.query(marksSql));
    const changes = users.map((user) => change(user, passwords[user], marks[user]));
    const statements = changes.flatMap((one) => ("statements" in one ? one.statements : []));
    this.refusal = changes.map(refusalOf).find((text) => text !== "") ?? "";
    if (this.refusal !== "") log(3, this.refusal);
    else if (statements.length > 0) {
      // One by one: a session goes on after a failed statement.
      for (const statement of statements) {
        if (grouped) await mysql.query(statement, longestMs);
        else await writeUnlogged(mysql, [statement]);
      }
      log(5, "the database users have the present passwords, and still accept the former ones");
    }
    this.compared = true;
  }
}

function refusalOf(one: Change): string {
  if (!("refusal" in one)) return "";
  return `${one.refusal}; raise db.passwordVersion by 1 at a time, and never lower it`;
}

/**
 * Drops users of earlier versions. MySQL also drops them at its start, but a new member creates them again
 * when it replays the binary log. Dropping `admin` needs a privilege that `admin` has; without it `admin`
 * stays until the next start.
 */
async function dropFormer(mysql: Mysql): Promise<void> {
  for (const user of former) {
    await mysql
      .query(`DROP USER IF EXISTS '${user}'@'%'`)
      .catch((error: Error) => log(4, `user ${user} stays until MySQL restarts: ${error.message}`));
  }
}
