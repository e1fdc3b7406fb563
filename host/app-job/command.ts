import { spawn } from "node:child_process";
import { constants } from "node:os";

/** A running command of the app. */
export interface Running {
  /** Exit status; 128 plus the number of the signal that killed the command. */
  ended: Promise<number>;
  /** Sends SIGTERM to the command. */
  terminate: () => void;
  /** Sends SIGKILL to the command and its child processes. */
  kill: () => void;
}

/** Starts a command of the app with exactly these environment variables; its output goes to the journal. */
export function startCommand(
  [program = "", ...args]: readonly string[],
  variables: Record<string, string | undefined>,
): Running {
  // A process group of its own, so that child processes left behind can be killed.
  const child = spawn(program, args, { env: variables, stdio: "inherit", detached: true });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // No process of the group is left.
    }
  };
  const ended = new Promise<number>((resolve) => {
    child.on("error", ({ message }) => {
      console.log(`<3>${program} cannot be started: ${message}`);
      resolve(127);
    });
    child.on("exit", (code, signal) => {
      kill();
      resolve(code ?? 128 + constants.signals[signal!]);
    });
  });
  return { ended, terminate: () => void child.kill("SIGTERM"), kill };
}
