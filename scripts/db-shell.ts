import { parseArgs } from "node:util";
import { loginCheck, mysqlCommand, nodeFor } from "./db-shell/client";
import { chosenStack } from "./operate/chosen-stack";
import { databaseStates } from "./operate/databases";
import { inForeground } from "./operate/terminal";
import { outputsOf } from "./operate/operated-stack";
import { runOnNode } from "./operate/ssh";
import { withUsage } from "./operate/with-usage";

const usage = "npm run db:shell -- [--write] [--stack <name>] [-- <sql>]";

function order() {
  const options = {
    stack: { type: "string" },
    write: { type: "boolean", default: false },
  } as const;
  const args = process.argv.slice(2);
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  return withUsage(usage, () => {
    const { values } = parseArgs({ args: args.slice(0, end), options });
    return { ...values, sql: args.slice(end + 1).join(" ") };
  });
}

/**
 * `npm run db:shell -- [--write] [--stack S] [-- sql]`: MySQL's client on a database node; it only reads without
 * `--write`.
 */
async function main(): Promise<void> {
  const { stack, write, sql } = order();
  const use = write ? { dangerous: "npm run db:shell -- --write" } : {};
  const outputs = outputsOf(chosenStack(stack, use));
  const kind = write ? "write" : "read";
  const name = nodeFor(kind, await databaseStates(outputs));
  await runOnNode(outputs, name, loginCheck(kind)).catch((error: Error) => {
    throw new Error(
      `MySQL of ${name} does not let the operators in; its accounts come with pulumi up (or npm run up:local): ${error.message}`,
      { cause: error },
    );
  });
  const node = outputs.nodes.find((one) => one.name === name)!;
  const terminal = sql === "" && process.stdin.isTTY && process.stdout.isTTY;
  const command = mysqlCommand(kind, node) + (terminal ? "" : " --table");
  const input = sql === "" ? {} : { input: `${sql}\n` };
  process.exitCode = await inForeground(outputs, name, command, { terminal, ...input });
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
