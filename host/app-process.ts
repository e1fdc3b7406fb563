import { unhealthy } from "./app-process/answer";
import { drainServer, welcomeServer } from "./app-process/balancer";
import { readAppSettings } from "./app-process/settings";
import { ofHost, waitStarted } from "./app-process/start";

const usage = "usage: app-process started <port> <pid> | drain <port> | check <port>";

/** A process of the app that has a port of its own, before and after the time in which it serves. */
async function main([verb, ...numbers]: readonly string[]): Promise<void> {
  const [port = NaN, pid = NaN] = numbers.map(Number);
  const { health, drainSeconds, socket } = readAppSettings();
  if (verb === "started" && pid > 1) {
    await waitStarted(port, health.timeoutSeconds, ofHost(port, pid, health));
    // A balancer that is not there yet asks by itself when it comes.
    await welcomeServer(socket, port).catch((error: Error) => {
      process.stderr.write(`the balancer was not told: ${error.message}\n`);
    });
  } else if (verb === "drain" && port > 0) {
    const left = await drainServer(socket, port, drainSeconds);
    if (left > 0) process.stderr.write(`${left} requests are cut after ${drainSeconds} s\n`);
  } else if (verb === "check" && port > 0) {
    const problem = await unhealthy(port, health);
    if (problem !== undefined) throw new Error(problem);
  } else throw new Error(usage);
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
