import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { makeAgeKeys } from "./restore/age-keys";

/** `npm run backups:keys [-- --out FILE]`: generates the key pair of a stack's backups. */
function main(): void {
  const { out } = parseArgs({
    options: { out: { type: "string", default: "backups-identity.txt" } },
  }).values;
  const path = resolve(out);
  if (existsSync(path)) throw new Error(`${path} is there already; name another file with --out`);
  const { identity, recipient } = makeAgeKeys();
  writeFileSync(path, `# public key: ${recipient}\n${identity}\n`, { mode: 0o600, flag: "wx" });
  console.log(
    [
      `The identity is in ${path}. Whoever has it reads all backups; without it nobody does.`,
      "Keep two copies of it where no server and no state of the stack is: in the password manager of",
      "the team, and on paper or on a USB stick in a safe. Then delete the file here.",
      "",
      "Into the stack file belongs the public key alone:",
      `  pulumi config set --path 'webstack:backups.publicKey' ${recipient}`,
    ].join("\n"),
  );
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
