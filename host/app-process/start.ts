import { monotonicMs } from "../time/monotonic";
import { listeningPorts } from "./listening";
import { unhealthy } from "./answer";
import type { AppProcessSettings } from "./settings";

/** What the wait for a process depends on; a test brings its own. */
export interface StartSurroundings {
  /** Milliseconds of a clock that only goes on. */
  now: () => number;
  pause: (milliseconds: number) => Promise<unknown>;
  /** True while the process runs. */
  lives: () => boolean;
  /** What keeps it from being healthy. */
  problem: () => Promise<string | undefined>;
  /** Ports that it listens on. */
  ports: () => number[];
}

/**
 * Waits until a process that was just started is healthy.
 *
 * @throws Error with the reason if it ends, or is not healthy in time.
 */
export async function waitStarted(
  port: number,
  timeoutSeconds: number,
  around: StartSurroundings,
): Promise<void> {
  const { now, pause, lives, problem, ports } = around;
  const end = now() + timeoutSeconds * 1000;
  for (;;) {
    const found = await problem();
    // Whatever answers on the port, it is not the process that has ended.
    if (!lives()) {
      throw new Error("the app ended before it was healthy; what it said last stands above");
    }
    if (found === undefined) return;
    if (now() >= end) {
      const hint = elsewhere(port, ports());
      throw new Error(`the app is not healthy after ${timeoutSeconds} s: ${found}${hint}`);
    }
    await pause(100);
  }
}

/** A word about a program that listens elsewhere. */
function elsewhere(port: number, ports: readonly number[]): string {
  if (ports.includes(port)) return "";
  const where = ports.length === 0 ? "listens on no port" : `listens on ${ports.join(", ")}`;
  return `; it ${where}, and must listen on the port in the variable PORT, here ${port}`;
}

/** The surroundings of a process of this host. */
export function ofHost(
  port: number,
  pid: number,
  health: AppProcessSettings["health"],
): StartSurroundings {
  return {
    now: monotonicMs,
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    lives: () => isAlive(pid),
    problem: () => unhealthy(port, health),
    ports: () => listeningPorts(pid),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
