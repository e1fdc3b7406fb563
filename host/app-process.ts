import { unhealthy } from "./app-process/answer";
import { drainServer, enableServer } from "./app-process/balancer";
import { readAppSettings } from "./app-process/settings";
import { startContext, waitStarted } from "./app-process/start";

const usage = "usage: app-process started <port> <pid> | drain <port> | check <port>";

/** Steps before and after a process of the app serves requests on its port. */
async function main([verb, ...numbers]: readonly string[]): Promise<void> {
  const [port = NaN, pid = NaN] = numbers.map(Number);
  const { health, drainSeconds, socket } = readAppSettings();
  if (verb === "started" && pid > 1) {
    await waitStarted(port, health.timeoutSeconds, startContext(port, pid, health));
    // A balancer that is not running yet checks the process when it starts.
    await enableServer(socket, port).catch((error: Error) => {
      process.stderr.write(`the server cannot be enabled in the balancer: ${error.message}\n`);
    });
  } else if (verb === "drain" && port > 0) {
    const left = await drainServer(socket, port, drainSeconds);
    if (left > 0)
      process.stderr.write(
        `${left} requests did not finish within ${drainSeconds} s and are cut off\n`,
      );
  } else if (verb === "check" && port > 0) {
    const problem = await unhealthy(port, health);
    if (problem !== undefined) throw new Error(problem);
  } else throw new Error(usage);
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
