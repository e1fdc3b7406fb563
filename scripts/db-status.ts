import { archiveLines, archiveStates } from "./operate/archive";
import { databaseStates } from "./operate/databases";
import { operatedStack } from "./operate/operated-stack";
import { savedOn } from "./operate/saved";

/** What the proxies ask for: `/replica?lag=1s`. */
const readLimitMs = 1_000;

/** `npm run db:status [-- --stack <name>]`: what each database node's supervisor says and saved. */
async function main(): Promise<void> {
  const { outputs } = operatedStack(process.argv.slice(2));
  for (const [name, state] of await databaseStates(outputs)) {
    if (!state) console.log(`${name}  its supervisor does not answer`);
    else {
      const { member, majority, dataAgeMs, waiting, lastView } = state;
      const isReplica = member?.role === "SECONDARY";
      const parts = [
        `${member?.role || "no role"} ${member?.state ?? "MySQL does not answer"}`,
        ...(isReplica ? [`data ${dataAgeMs} ms old`] : []),
        ...(isReplica && dataAgeMs > readLimitMs ? ["so no reads"] : []),
        ...(member?.state === "ONLINE" && !majority ? ["without a majority"] : []),
        ...(waiting ? [`waits: ${waiting}`] : []),
        `last primary ${lastView?.primary ?? "unknown"}`,
      ];
      console.log(`${name}  ${parts.join(", ")}`);
    }
    for (const line of await savedOn(outputs, name)) console.log(`${name}  ${line}`);
  }
  for (const line of archiveLines(await archiveStates(outputs))) console.log(line);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
