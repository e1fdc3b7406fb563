import { sendCommand } from "../haproxy/send-command";
import { monotonicMs } from "../time/monotonic";

/**
 * Requests that a server has under way.
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
 * Takes the server on `port` out for new requests and waits for those under way.
 *
 * @returns the number of requests that are left when the time is over.
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

/** Gives the server on `port` requests again. */
export async function welcomeServer(socketPath: string, port: number): Promise<void> {
  const said = await sendCommand(socketPath, `set server app/${port} state ready`);
  if (said !== "") throw new Error(`the balancer says: ${said}`);
  // Its own checks may have found the process away a moment ago.
  await sendCommand(socketPath, `set server app/${port} health up`);
}
