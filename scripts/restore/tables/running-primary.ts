import { nodeFor } from "../../db-shell/client";
import { databaseStates, query } from "../../operate/databases";
import { bastionFor } from "../../operate/terminal";
import { quoted } from "../../operate/shell-word";
import { outputsOf } from "../../operate/operated-stack";
import { sshArguments } from "../../operate/ssh";
import { PrefixMachine } from "../machine";
import type { Primary } from "../replace/exchange";

/** Longest run of one statement, which may sum a whole table, milliseconds. */
const statementMs = 6 * 3_600_000;

/**
 * The primary of a running stack, reached over `ssh`.
 *
 * @param stack name of the stack; undefined: the local stack.
 * @throws Error if the stack is not up, or has no primary.
 */
export async function runningPrimary(
  stack: string | undefined,
): Promise<Primary & { node: string }> {
  const outputs = outputsOf(stack);
  const node = nodeFor("write", await databaseStates(outputs));
  // `ssh` ends a connection after a minute without an answer.
  const alive = [
    "-o",
    "BatchMode=yes",
    "-o",
    "ServerAliveInterval=15",
    "-o",
    "ServerAliveCountMax=4",
  ];
  const remote = async () =>
    new PrefixMachine([
      "ssh",
      ...alive,
      ...sshArguments(outputs, node, await bastionFor(outputs, node)),
    ]);
  return {
    node,
    query: (sql) => query(outputs, node, sql, statementMs),
    load: async (schema, statements) => {
      const words = ["sudo", "mysql", "--binary-mode", "--max-allowed-packet=1G", "--", schema];
      await (await remote()).feed([words.map(quoted).join(" ")], statements);
    },
    mysqldump: async function* (words) {
      yield* (await remote()).stream([["sudo", "mysqldump", ...words].map(quoted).join(" ")]);
    },
  };
}
