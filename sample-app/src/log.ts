/** Writes one event. */
export type Log = (
  level: "info" | "warning" | "error",
  event: string,
  fields?: Record<string, unknown>,
) => void;

/** A log that writes each event as one line of JSON; `fields` must hold no secret. */
export function jsonLog(write: (line: string) => void, now: () => number = Date.now): Log {
  return (level, event, fields = {}) => {
    const time = new Date(now()).toISOString();
    write(`${JSON.stringify({ time, level, event, pid: process.pid, ...fields })}\n`);
  };
}

/** The process's log on standard output, where journald picks it up. */
export const stdoutLog: Log = jsonLog((line) => process.stdout.write(line));
