import { monotonicMs } from "../time/monotonic";
import { type Listener, listeners } from "./listening";
import { unhealthy } from "./answer";
import type { AppProcessSettings } from "./settings";

/** Dependencies of {@link waitStarted}; replaced in tests. */
export interface StartContext {
  /** Monotonic clock, milliseconds. */
  now: () => number;
  pause: (milliseconds: number) => Promise<unknown>;
  /** True while the process runs. */
  lives: () => boolean;
  /** Runs the health check; returns the problem, or undefined. */
  problem: () => Promise<string | undefined>;
  /** Sockets on which the process listens. */
  listeners: () => readonly Listener[];
}

/**
 * Waits until a process that was just started is healthy.
 *
 * @throws Error with the reason if it ends, or is not healthy in time.
 */
export async function waitStarted(
  port: number,
  timeoutSeconds: number,
  around: StartContext,
): Promise<void> {
  const { now, pause, lives, problem } = around;
  const end = now() + timeoutSeconds * 1000;
  for (;;) {
    const found = await problem();
    // An answer on the port does not come from a process that has ended.
    if (!lives()) {
      throw new Error("the app exited before it was healthy; its last output is above");
    }
    if (found === undefined) return;
    if (now() >= end) {
      const hint = elsewhere(port, around.listeners());
      throw new Error(`the app is not healthy after ${timeoutSeconds} s: ${found}${hint}`);
    }
    await pause(100);
  }
}

/** Hint for a program that listens on another port, or where a connection to 127.0.0.1 does not arrive. */
function elsewhere(port: number, found: readonly Listener[]): string {
  const here = found.filter((one) => one.port === port);
  if (here.some(({ isLocalIpv4 }) => isLocalIpv4)) return "";
  if (here.length > 0) {
    return (
      `; it listens on port ${port} at another address alone, and must listen at 127.0.0.1: ` +
      "name that address, since localhost may be ::1"
    );
  }
  const ports = [...new Set(found.map((one) => one.port))];
  const where = ports.length === 0 ? "listens on no port" : `listens on ${ports.join(", ")}`;
  return `; it ${where}, and must listen on the port in the variable PORT, here ${port}`;
}

/** Dependencies for a process of this host. */
export function startContext(
  port: number,
  pid: number,
  health: AppProcessSettings["health"],
): StartContext {
  return {
    now: monotonicMs,
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    lives: () => isAlive(pid),
    problem: () => unhealthy(port, health),
    listeners: () => listeners(pid),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
