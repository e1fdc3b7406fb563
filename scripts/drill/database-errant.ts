import { query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import type { Members } from "./database-watch";

/** Database that is created in the group that is founded by hand. */
const errantSchema = "drill_astray";
/** Attempts to write, each of about 15 ms: more than the whole life of the group. */
const attempts = 1_000;

/**
 * Bootstraps a group on a secondary, while a root session of the same host tries to write there, as a program of the
 * host might.
 *
 * @throws Error if the write never succeeded, so that nothing was tried.
 */
export async function writeErrantTransactions({
  secondaries,
  outputs,
  mark,
}: Members): Promise<void> {
  const mysql = "mysql --no-defaults --user=root --batch --execute";
  const script = [
    `(for i in $(seq ${attempts}); do ${mysql} "CREATE DATABASE ${errantSchema}" 2>/dev/null && echo written && break; done) &`,
    `${mysql} "STOP GROUP_REPLICATION; SET GLOBAL group_replication_bootstrap_group = ON; START GROUP_REPLICATION" 2>/dev/null`,
    `${mysql} "SET GLOBAL group_replication_bootstrap_group = OFF"`,
    "wait",
  ].join("\n");
  const encoded = Buffer.from(script).toString("base64");
  const answer = await runOnNode(
    outputs,
    secondaries[0]!,
    `echo ${encoded} | base64 -d | sudo bash`,
    120_000,
  );
  if (!answer.includes("written")) throw new Error("nothing was written in the group");
  mark("written in the group founded by hand");
}

/** Nodes that still have the errant data, as a sentence; undefined: none. */
export async function nodesWithErrantData(outputs: StackOutputs): Promise<string | undefined> {
  const names = outputs.nodes.filter(({ role }) => role === "db").map(({ name }) => name);
  const found: string[] = [];
  for (const name of names) {
    const rows = await query(outputs, name, `SHOW DATABASES LIKE '${errantSchema}'`);
    if (rows.length > 0) found.push(name);
  }
  return found.length > 0
    ? `${found.join(", ")} has what was written in the group founded by hand`
    : undefined;
}
