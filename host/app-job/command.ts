import { readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string>>;

/** Variables that systemd sets for this program, not for the app's commands. */
const ofThisProgram = ["CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"];

/**
 * The variables of an `EnvironmentFile` as the program renders it: one `NAME="value"` a line, in which a
 * backslash stands before each character with a meaning.
 */
export function readVariables(text: string): Record<string, string> {
  const lines = text.split("\n").map((line) => /^([A-Z_][A-Z0-9_]*)="(.*)"$/.exec(line));
  return Object.fromEntries(
    lines.flatMap((found) => (found ? [[found[1]!, found[2]!.replace(/\\(.)/g, "$1")]] : [])),
  );
}

/** Reads the app's variables from systemd's credentials; they are not variables of this program. */
export function appVariables(directory: string): Record<string, string> {
  return readVariables(readFileSync(`${directory}/app.env`, "utf8"));
}

/** All variables of an app command: the unit's, the app's, and `more`, which override in this order. */
export function commandVariables(
  unit: Readonly<Record<string, string | undefined>>,
  app: Variables,
  more: Variables,
): Record<string, string | undefined> {
  const own = Object.entries(unit).filter(([name]) => !ofThisProgram.includes(name));
  return { ...Object.fromEntries(own), ...app, ...more };
}

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
