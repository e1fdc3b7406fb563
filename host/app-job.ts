import { randomUUID } from "node:crypto";
import { startCommand } from "./app-job/command";
import { appDatabase } from "./app-job/database";
import { appVariables, commandVariables } from "./app-job/environment";
import { hold, type HoldSurroundings } from "./app-job/hold";
import { Lease } from "./app-job/lease";
import { notify } from "./app-job/notify";
import { say } from "./app-job/say";
import { monotonicMs } from "./time/monotonic";

const usage = "usage: app-job hold <worker> <stop seconds> <command…>";

/** What every verb is given: this program's own surroundings. */
const around = {
  now: monotonicMs,
  pause: (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  asked: new Promise((resolve) => process.once("SIGTERM", resolve)),
  ready: (status: string) => notify("READY=1", `STATUS=${status}`),
  alive: () => notify("WATCHDOG=1"),
  say,
} satisfies Partial<HoldSurroundings>;

/** A program of the app that runs on one node at a time. @returns status with which this program ends. */
async function main([verb, name = "", ...words]: readonly string[]): Promise<number> {
  const app = appVariables(process.env.CREDENTIALS_DIRECTORY ?? "");
  const sql = appDatabase(app);
  const node = app.NODE_NAME ?? "";
  if (verb === "hold" && Number(words[0]) > 0 && words.length > 1) {
    const [stopSeconds, ...command] = words;
    const variables = commandVariables(process.env, app, { WORKER: name, PROCESS: "1" });
    const start = () => startCommand(command, variables);
    const lease = new Lease(sql, `worker ${name}`, node, randomUUID());
    return hold(lease, Number(stopSeconds), { ...around, start });
  }
  throw new Error(usage);
}

main(process.argv.slice(2))
  .catch((error: Error) => {
    say(3, error.message);
    return 1;
  })
  .then((status) => process.exit(status), undefined);
