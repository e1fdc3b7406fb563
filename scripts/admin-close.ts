import { parseCommandLine } from "./admin/command-line";
import { close } from "./admin/command";
import { blockOf } from "../rolling/admin-openings";
import { chosenStack } from "./operate/chosen-stack";
import { cloudProject } from "./operate/cloud-project";

/**
 * `npm run admin:close -- [--stack <name>] [--address <address> | --all]`: removes the temporary rules of `admin:open`:
 * those of this checkout, of an address, or all; and always the expired ones. Rules of the stack itself stay.
 */
async function main(): Promise<void> {
  const { stack: named, address, all } = parseCommandLine("close", process.argv.slice(2));
  const stack = chosenStack(named);
  const opening = { project: cloudProject(stack), stack, say: (line: string) => console.log(line) };
  await close(opening, all ? "all" : address === undefined ? undefined : [blockOf(address)]);
}

main().catch((error: Error) => {
  console.error(`admin:close stopped: ${error.message}`);
  process.exitCode = 1;
});
