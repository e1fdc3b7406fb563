import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { startCommand, appVariables, commandVariables, type Variables } from "./app-job/command";
import { appDatabase } from "./app-job/database";
import { dueTime, maxLateSeconds, notify, logLine } from "./app-job/systemd";
import { runWithLease, type LeaseContext } from "./app-job/run-with-lease";
import { Lease } from "./app-job/lease";
import { runJob } from "./app-job/run";
import { RunTable } from "./app-job/run-table";
import { checkTables } from "./app-job/tables";
import { monotonicMs } from "./time/monotonic";

const usage =
  "usage: app-job hold <worker> <stop seconds> <command…> | run <job> <most seconds> <calendar event…> -- <command…> | tables <refuse or warn>";

/** Dependencies of all commands: clock, systemd and journal. */
const around = {
  now: monotonicMs,
  pause: (milliseconds: number, stop?: AbortSignal) =>
    delay(milliseconds, undefined, stop && { signal: stop }).catch(() => undefined),
  stopRequested: new Promise((resolve) => process.once("SIGTERM", resolve)),
  ready: (status: string) => notify("READY=1", `STATUS=${status}`),
  alive: () => notify("WATCHDOG=1"),
  say: logLine,
} satisfies Partial<LeaseContext>;

/** Reads the app's variables and opens its database. */
function ofApp() {
  const app = appVariables(process.env.CREDENTIALS_DIRECTORY ?? "");
  const starter = (command: readonly string[], more: Variables) => () =>
    startCommand(command, commandVariables(process.env, app, more));
  return { sql: appDatabase(app), node: app.NODE_NAME ?? "", token: randomUUID(), starter };
}

/** Runs a worker on one node at a time. */
function work(name: string, stopSeconds: number, command: readonly string[]): Promise<number> {
  const { sql, node, token, starter } = ofApp();
  const lease = new Lease(sql, `worker ${name}`, node, token);
  const start = starter(command, { WORKER: name, PROCESS: "1" });
  return runWithLease(lease, stopSeconds, { ...around, start });
}

/** Runs a job that its timer has triggered. */
async function runDue(job: string, seconds: number, words: readonly string[]): Promise<number> {
  const [events, command] = [
    words.slice(0, words.indexOf("--")),
    words.slice(words.indexOf("--") + 1),
  ];
  // TRIGGER_TIMER_REALTIME_USEC is not used: it is the previous trigger time (seen, systemd 262).
  const moment = await dueTime(events, Date.now());
  if (moment === undefined) {
    logLine(4, `not started: it was not due within the last ${maxLateSeconds} s`);
    return 0;
  }
  const { sql, node, token, starter } = ofApp();
  const due = new Date(moment).toISOString();
  const table = new RunTable(sql, { job, due: due.slice(0, 19).replace("T", " "), node, token });
  const start = starter(command, { JOB: job, JOB_DUE: due });
  return runJob(table, seconds, { ...around, start });
}

/**
 * Refuses a release with tables that backups or Group Replication do not support; without a group it only warns.
 * A database that does not answer is no fault of the release.
 */
async function tables(rule: string): Promise<number> {
  const problems = await checkTables(ofApp().sql, around.pause).catch((error: Error) => {
    logLine(4, `the tables were not checked: ${error.message}`);
    return [];
  });
  const refuses = rule === "refuse" && problems.length > 0;
  for (const problem of problems) logLine(refuses ? 3 : 4, problem);
  if (refuses) logLine(3, "to disable this check, set webstack:app.checkTables to false");
  return Number(refuses);
}

/** @returns exit status of this program. */
async function main([verb, name = "", limit, ...words]: readonly string[]): Promise<number> {
  if (verb === "hold" && words.length > 0) return work(name, Number(limit), words);
  if (verb === "run" && words.includes("--")) return runDue(name, Number(limit), words);
  if (verb === "tables") return tables(name);
  throw new Error(usage);
}

main(process.argv.slice(2))
  .catch((error: Error) => {
    logLine(3, error.message);
    return 1;
  })
  .then((status) => process.exit(status), undefined);
