import type { Clock } from "./clock";
import type { Lifecycle } from "./lifecycle";
import type { Log } from "./log";

/** The parts of an HTTP server that matter when it stops. */
export interface Drainable {
  /** Stops listening; calls back when the last connection is gone. */
  close(done: () => void): unknown;
  /** Ends connections on which no request is under way. */
  closeIdleConnections(): void;
  /** Ends all connections. */
  closeAllConnections(): void;
}

/** Longest time for requests under way to end, in milliseconds. */
export const inFlightMs = 20_000;

/**
 * Stops without losing a request: readiness fails first and answers end their connections, while
 * requests are still served for `drainMs`, so that proxies notice; then no connection is accepted,
 * idle ones are closed and the requests under way may end.
 */
export async function drain(
  server: Drainable,
  {
    lifecycle,
    drainMs,
    clock,
    log,
  }: { lifecycle: Lifecycle; drainMs: number; clock: Clock; log: Log },
): Promise<void> {
  log("info", "draining", { drainMs });
  lifecycle.drain();
  await clock.sleep(drainMs);
  let closed = false;
  const closing = new Promise<void>((resolve) => {
    server.close(() => {
      closed = true;
      resolve();
    });
  });
  const end = clock.now() + inFlightMs;
  while (!closed && clock.now() < end) {
    server.closeIdleConnections();
    await Promise.race([closing, clock.sleep(100)]);
  }
  if (!closed) log("warning", "requests-cut", { afterMs: inFlightMs });
  server.closeAllConnections();
}
