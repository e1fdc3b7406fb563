import { spawn } from "node:child_process";
import { constants } from "node:os";

/** A command of the app that runs. */
export interface Running {
  /** Its status once it has ended; 128 and the number of the signal that ended it. */
  ended: Promise<number>;
  /** Asks it to end (SIGTERM). */
  ask: () => void;
  /** Ends it and what it started (SIGKILL). */
  kill: () => void;
}

/** Starts a command of the app with all of its variables and no other; what it prints is in the journal. */
export function startCommand(
  [program = "", ...args]: readonly string[],
  variables: Record<string, string | undefined>,
): Running {
  // A group of its own: what it starts and leaves behind is found again.
  const child = spawn(program, args, { env: variables, stdio: "inherit", detached: true });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // None of them is left.
    }
  };
  const ended = new Promise<number>((resolve) => {
    child.on("error", ({ message }) => {
      console.log(`<3>${program} does not start: ${message}`);
      resolve(127);
    });
    child.on("exit", (code, signal) => {
      kill();
      resolve(code ?? 128 + constants.signals[signal!]);
    });
  });
  return { ended, ask: () => void child.kill("SIGTERM"), kill };
}
