import { unhealthy, startContext, waitStarted } from "./app-process/health";
import { drainServer, enableServer } from "./app-process/balancer";
import { announceIfLast, withdrawStop } from "./app-process/node-drain";
import { readAppSettings } from "./app-process/settings";

const usage = "usage: app-process started <process> <pid> | drain <process> | check <port>";

function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Steps before and after a process of the app serves requests. A process has the name of its port, or a number. */
async function main([verb, instance = "", word]: readonly string[]): Promise<void> {
  const [port, pid] = [Number(instance), Number(word)];
  const settings = readAppSettings();
  const { health, drainSeconds, socket, sharesPort } = settings;
  if (verb === "started" && pid > 1) {
    if (!sharesPort) {
      await waitStarted(port, health.timeoutSeconds, startContext(port, pid, health));
      await enableServer(socket, port).catch(({ message }: Error) =>
        warn(`the server cannot be enabled in the balancer: ${message}`),
      );
    }
    await withdrawStop(settings, instance, warn);
  } else if (verb === "drain" && port > 0) {
    await announceIfLast(settings, instance, warn);
    const left = sharesPort ? 0 : await drainServer(socket, port, drainSeconds);
    if (left > 0) warn(`${left} requests did not finish within ${drainSeconds} s and are cut off`);
  } else if (verb === "check" && port > 0) {
    const problem = await unhealthy(port, health);
    if (problem !== undefined) throw new Error(problem);
  } else throw new Error(usage);
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
