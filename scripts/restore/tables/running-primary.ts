import { nodeFor } from "../../db-shell/client";
import { databaseStates, query } from "../../operate/databases";
import { bastionFor } from "../../operate/foreground";
import { quoted } from "../../operate/shell-word";
import { outputsOf } from "../../operate/operated-stack";
import { sshArguments } from "../../operate/ssh";
import { PrefixMachine } from "../machine";
import type { Running } from "./sides";

/** Longest time of one statement: a sum of a whole table, milliseconds. */
const statementMs = 6 * 3_600_000;

/**
 * The primary of a running stack, reached by ssh; undefined is the local one.
 *
 * @throws Error if the stack is not up, or has no primary.
 */
export async function runningPrimary(
  stack: string | undefined,
): Promise<Running & { node: string }> {
  const outputs = outputsOf(stack);
  const node = nodeFor("write", await databaseStates(outputs));
  // A connection that says nothing for a minute is over.
  const alive = [
    "-o",
    "BatchMode=yes",
    "-o",
    "ServerAliveInterval=15",
    "-o",
    "ServerAliveCountMax=4",
  ];
  return {
    node,
    query: (sql) => query(outputs, node, sql, statementMs),
    load: async (schema, statements) => {
      const way = sshArguments(outputs, node, await bastionFor(outputs, node));
      const words = ["sudo", "mysql", "--binary-mode", "--max-allowed-packet=1G", "--", schema];
      const machine = new PrefixMachine(["ssh", ...alive, ...way]);
      await machine.feed([words.map(quoted).join(" ")], statements);
    },
  };
}
