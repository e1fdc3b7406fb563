import { sendCommand } from "../haproxy/commands";
import { monotonicMs } from "../time/monotonic";

/**
 * Values of one column in those rows of a table that pass.
 *
 * @param csv answer to `show stat app 4 -1`; columns are named in its first line.
 * @param passes gets the row's values by column name.
 */
export function column(
  csv: string,
  name: string,
  passes: (at: (name: string) => string) => boolean,
): string[] {
  const [heading = "", ...lines] = csv.split("\n");
  const columns = heading.replace(/^# /, "").split(",");
  return lines
    .map((line) => line.split(","))
    .map((row) => (one: string) => row[columns.indexOf(one)] ?? "")
    .filter(passes)
    .map((at) => at(name));
}

/** Number of running requests of a server in all backends, by the answers to `show stat <backend> 4 -1`, one after the other. */
export function sessionsOf(csv: string, server: string): number {
  return column(csv, "scur", (at) => at("svname") === server)
    .map(Number)
    .reduce((sum, one) => sum + one, 0);
}

/**
 * Number of connections of a server that have changed their protocol, such as WebSockets.
 *
 * @param sessions answer to `show sess all`, some three kilobytes for each session.
 */
export function tunnelsOf(sessions: string, server: string): number {
  return sessions
    .split(/^(?=0x)/m)
    .filter((one) => one.includes(` server=${server} `) && one.includes(" rsp.st=MSG_TUNNEL"))
    .length;
}

/** Command that counts the requests of each process in both backends. */
const showSessions = "show stat app 4 -1;show stat busy 4 -1";

/**
 * Sets the state of a server in both backends. A balancer that has not been reloaded since the second one exists lacks that one.
 *
 * @throws Error with the balancer's answer if the first backend refuses.
 */
async function setServer(socketPath: string, port: number, state: string): Promise<void> {
  const answer = await sendCommand(socketPath, `set server app/${port} ${state}`);
  if (answer !== "") throw new Error(`the balancer says: ${answer}`);
  await sendCommand(socketPath, `set server busy/${port} ${state}`);
}

/** Time between two counts of all sessions, and between two counts of those that are WebSockets, milliseconds. */
const every = { requestMs: 50, tunnelMs: 500 };

/**
 * Drains the server on `port`: no new requests, and a wait for the running ones. WebSockets are not
 * waited for: they may last for hours, and the process itself can tell their clients when it is stopped.
 *
 * @returns the number of requests that still run after `seconds`.
 */
export async function drainServer(
  socketPath: string,
  port: number,
  seconds: number,
): Promise<number> {
  await setServer(socketPath, port, "state drain");
  const end = monotonicMs() + seconds * 1_000;
  for (let countedMs = monotonicMs(); ;) {
    const sessions = sessionsOf(await sendCommand(socketPath, showSessions), String(port));
    if (sessions === 0) return 0;
    const isOver = monotonicMs() >= end;
    if (isOver || monotonicMs() - countedMs >= every.tunnelMs) {
      // Counted after the sessions: one that ends in between is taken for a request, and waited for once more.
      const tunnels = tunnelsOf(await sendCommand(socketPath, "show sess all"), String(port));
      const requests = Math.max(sessions - tunnels, 0);
      if (requests === 0 || isOver) return requests;
      countedMs = monotonicMs();
    }
    await new Promise((resolve) => setTimeout(resolve, every.requestMs));
  }
}

/** Lets the balancer send requests to the server on `port` again. */
export async function enableServer(socketPath: string, port: number): Promise<void> {
  await setServer(socketPath, port, "state ready");
  // The balancer's own checks may have marked the process as down a moment ago.
  await setServer(socketPath, port, "health up");
}
