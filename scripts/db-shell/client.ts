import { operatorUsers } from "../../services/mysql/mysql-init-sql";
import {
  type DatabaseState,
  primaryOf,
  servingPrimaryOf,
  whyNotServing,
} from "../operate/databases";
import { quoted } from "../operate/shell-word";
import type { StackNode } from "../operate/outputs";

/** States of the database nodes by name; undefined for a supervisor that does not answer. */
type States = ReadonlyMap<string, DatabaseState | undefined>;

/**
 * The node for the client: the primary that takes writes; for reads the replica with the newest data, which spares the
 * primary, or the primary if there is no replica.
 *
 * @throws Error if there is none, with the reason of a primary that takes no writes.
 */
export function nodeFor(kind: keyof typeof operatorUsers, states: States): string {
  const replicas = [...states].flatMap(([name, state]) => {
    const isReplica = state?.member?.state === "ONLINE" && state.member.role === "SECONDARY";
    return isReplica ? [{ name, age: state.dataAgeMs }] : [];
  });
  const [newest] = replicas.sort((a, b) => a.age - b.age);
  const primary = primaryOf(states);
  const chosen = kind === "write" ? servingPrimaryOf(states) : (newest?.name ?? primary);
  if (chosen !== undefined) return chosen;
  const reason = primary === undefined ? undefined : whyNotServing(states.get(primary)!);
  if (reason !== undefined)
    throw new Error(`${primary} is the primary, and takes no writes: ${reason}`);
  const only = alone(states);
  if (only !== undefined) return only;
  throw new Error(`no database node takes ${kind}s; see: npm run db:status`);
}

/** The only node, which is in no group. */
function alone(states: States): string | undefined {
  const [[name, state] = [], ...others] = [...states];
  return others.length === 0 && state?.ready ? name : undefined;
}

/**
 * The command line of MySQL's client on a database node. The command has no password: MySQL asks the kernel for the
 * calling system user, and root has one account that reads and one that writes. The client keeps no history.
 *
 * @param name name of the node, for the prompt.
 */
export function mysqlCommand(kind: keyof typeof operatorUsers, { name }: StackNode): string {
  const reads = kind === "read";
  const words = [
    ...["sudo", "-n", "env", "MYSQL_HISTFILE=/dev/null", "mysql", `--user=${operatorUsers[kind]}`],
    // The account cannot write either. This statement makes a write fail at once, also in routines that a view calls.
    ...(reads ? ["--init-command=SET SESSION TRANSACTION READ ONLY"] : []),
    `--prompt=${name} ${reads ? "(reads)" : "(WRITES)"}> `,
    "app",
  ];
  return words.map(quoted).join(" ");
}

/** A command that fails if the account does not exist yet. */
export function loginCheck(kind: keyof typeof operatorUsers): string {
  return `sudo -n mysql --user=${operatorUsers[kind]} --execute='DO 0'`;
}
