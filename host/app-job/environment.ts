import { readFileSync } from "node:fs";

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
