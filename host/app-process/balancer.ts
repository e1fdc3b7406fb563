import { sendCommand } from "../haproxy/send-command";
import { monotonicMs } from "../time/monotonic";

/**
 * Number of running requests of a server.
 *
 * @param csv answer to `show stat app 4 -1`; columns are named in its first line.
 */
export function sessionsOf(csv: string, server: string): number {
  const [heading = "", ...lines] = csv.split("\n");
  const columns = heading.replace(/^# /, "").split(",");
  const at = (name: string) => columns.indexOf(name);
  const row = lines.map((line) => line.split(",")).find((one) => one[at("svname")] === server);
  return Number(row?.[at("scur")] ?? 0);
}

/**
 * Drains the server on `port`: no new requests, and a wait for the running ones.
 *
 * @returns the number of requests that still run after `seconds`.
 */
export async function drainServer(
  socketPath: string,
  port: number,
  seconds: number,
): Promise<number> {
  const said = await sendCommand(socketPath, `set server app/${port} state drain`);
  if (said !== "") throw new Error(`the balancer says: ${said}`);
  const end = monotonicMs() + seconds * 1_000;
  for (;;) {
    const left = sessionsOf(await sendCommand(socketPath, "show stat app 4 -1"), String(port));
    if (left === 0 || monotonicMs() >= end) return left;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Lets the balancer send requests to the server on `port` again. */
export async function enableServer(socketPath: string, port: number): Promise<void> {
  const said = await sendCommand(socketPath, `set server app/${port} state ready`);
  if (said !== "") throw new Error(`the balancer says: ${said}`);
  // The balancer's own checks may have marked the process as down a moment ago.
  await sendCommand(socketPath, `set server app/${port} health up`);
}
