import { databaseStates } from "./local/databases";
import { readOutputs } from "./local/outputs";

/** `npm run db:status`: what each database node's supervisor says. */
async function main(): Promise<void> {
  for (const [name, state] of await databaseStates(readOutputs())) {
    if (!state) console.log(`${name}  its supervisor does not answer`);
    else {
      const { member, lagMs, waiting, lastView } = state;
      const parts = [
        `${member?.role || "no role"} ${member?.state ?? "MySQL does not answer"}`,
        ...(member?.role === "SECONDARY" ? [`lag ${lagMs} ms`] : []),
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
