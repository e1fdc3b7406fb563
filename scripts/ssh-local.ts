import { spawnSync } from "node:child_process";
import { readOutputs } from "./operate/outputs";
import { bastionFor } from "./operate/terminal";
import { sshArguments } from "./operate/ssh";

/** `npm run ssh:local -- <node> [command]`: a shell, or one command, on a node of the local stack. */
async function main(): Promise<void> {
  const [nodeName = "", ...command] = process.argv.slice(2);
  const outputs = readOutputs();
  const bastion = await bastionFor(outputs, nodeName);
  const args = [...sshArguments(outputs, nodeName, bastion), ...command];
  const { status } = spawnSync("ssh", command.length === 0 ? ["-t", ...args] : args, {
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
