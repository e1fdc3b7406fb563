import { parseArgs } from "node:util";
import { askForUnit, consoleCommand } from "./console/console-command";
import { chosenStack } from "./operate/chosen-stack";
import { inForeground } from "./operate/terminal";
import { outputsOf } from "./operate/operated-stack";
import { runOnNode } from "./operate/ssh";
import { withUsage } from "./operate/with-usage";

const usage = "npm run console -- app [--node <app node>] [--stack <name>] [-- <command> ...]";

function order() {
  const options = { stack: { type: "string" }, node: { type: "string" } } as const;
  const args = process.argv.slice(2);
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  return withUsage(usage, () => {
    const { values, positionals } = parseArgs({
      args: args.slice(0, end),
      options,
      allowPositionals: true,
    });
    if (positionals.join(" ") !== "app") {
      throw new Error(`what has a console is app, got ${JSON.stringify(positionals.join(" "))}`);
    }
    return { ...values, words: args.slice(end + 1) };
  });
}

/** `npm run console -- app [--node app-1] [--stack S] [-- command ...]`: a shell, or a command, as the app. */
async function main(): Promise<void> {
  const { stack, node, words } = order();
  const outputs = outputsOf(chosenStack(stack, { dangerous: "npm run console" }));
  const names = outputs.nodes.filter(({ role }) => role === "app").map(({ name }) => name);
  const name = node ?? names[0]!;
  if (!names.includes(name)) {
    throw new Error(`--node must be one of ${names.join(", ")}, got ${name}; usage: ${usage}`);
  }
  const answer = await runOnNode(outputs, name, askForUnit);
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const command = consoleCommand(answer, words, terminal);
  process.exitCode = await inForeground(outputs, name, command, { terminal });
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
