import { databaseStates } from "./operate/databases";
import { operatedStack } from "./operate/operated-stack";

/** `npm run db:status [-- --stack <name>]`: what each database node's supervisor says. */
async function main(): Promise<void> {
  const { outputs } = operatedStack(process.argv.slice(2));
  for (const [name, state] of await databaseStates(outputs)) {
    if (!state) console.log(`${name}  its supervisor does not answer`);
    else {
      const { member, majority, lagMs, waiting, lastView } = state;
      const parts = [
        `${member?.role || "no role"} ${member?.state ?? "MySQL does not answer"}`,
        ...(member?.role === "SECONDARY" ? [`lag ${lagMs} ms`] : []),
        ...(member?.state === "ONLINE" && !majority ? ["without a majority"] : []),
        ...(waiting ? [`waits: ${waiting}`] : []),
        `last primary ${lastView?.primary ?? "unknown"}`,
      ];
      console.log(`${name}  ${parts.join(", ")}`);
    }
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
