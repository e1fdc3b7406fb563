import { archiveReport, archiveStates } from "./operate/archive";
import { databaseStates } from "./operate/databases";
import { operatedStack } from "./operate/operated-stack";
import { savedOn } from "./operate/saved";

/** What the proxies ask for: `/replica?lag=1s`. */
const readLimitMs = 1_000;

/** `npm run db:status [-- --stack <name>]`: what each database node's supervisor says and saved; fails if the backups are not as they must be, or if a disk goes on filling. */
async function main(): Promise<void> {
  const { outputs, stack } = operatedStack(process.argv.slice(2));
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
      if (state.binlog) {
        const { text, isProblem } = state.binlog;
        console.log(`${name}  ${isProblem ? "ERROR    " : ""}${text}`);
        if (isProblem) process.exitCode = 1;
      }
    }
    for (const line of await savedOn(outputs, name)) console.log(`${name}  ${line}`);
  }
  // The local stack's data are there to be thrown away.
  const { lines, errors } = archiveReport(await archiveStates(outputs), stack !== undefined);
  for (const line of [...lines, ...errors.map((error) => `ERROR    ${error}`)]) console.log(line);
  if (errors.length > 0) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
