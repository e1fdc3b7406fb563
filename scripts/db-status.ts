import { archivers } from "./operate/archive";
import { archiveReport } from "./operate/archive-report";
import {
  databaseReport,
  savedOn,
  writesFault,
  unfinishedResize,
  foreignTableErrors,
} from "./operate/database-report";
import { databaseStates, settledStates } from "./operate/databases";
import { operatedStack } from "./operate/operated-stack";

/**
 * `npm run db:status [-- --stack <name>]`: reports of the database nodes' supervisors, with saved transactions; fails
 * if a node is no ONLINE member, if no primary takes writes, if a disk goes on filling, if the backups have a problem, or if a table is in none.
 */
async function main(): Promise<void> {
  const { outputs, stack } = operatedStack(process.argv.slice(2));
  const faults: string[] = [];
  const states = await settledStates(() => databaseStates(outputs));
  for (const [name, state] of states) {
    const { line, error } = databaseReport(name, state);
    console.log(line);
    if (error !== undefined) faults.push(error);
    const { binlog } = state ?? {};
    if (binlog?.isProblem) faults.push(`${name}  ${binlog.text}`);
    else if (binlog) console.log(`${name}  ${binlog.text}`);
    for (const saved of await savedOn(outputs, name)) console.log(`${name}  ${saved}`);
  }
  const resize = unfinishedResize(states);
  if (resize !== undefined) console.log(resize);
  const noWrites = writesFault(states);
  if (noWrites !== undefined) faults.push(noWrites);
  // The data of the local stack are expendable.
  const found = await archivers(outputs);
  const { lines, errors } = archiveReport(found, stack !== undefined);
  for (const line of lines) console.log(line);
  const all = [...faults, ...errors, ...(await foreignTableErrors(outputs, found))];
  for (const error of all) console.log(`ERROR    ${error}`);
  if (all.length > 0) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
