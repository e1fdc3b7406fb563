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

/**
 * A log that writes at most `perSecond` lines about the same event, so that an outage does not fill
 * the journal. The next line that is written tells how many were left out.
 */
export function limitedLog(log: Log, perSecond: number, now: () => number = Date.now): Log {
  const seen = new Map<string, { second: number; lines: number; suppressed: number }>();
  return (level, event, fields) => {
    const second = Math.floor(now() / 1000);
    const before = seen.get(event) ?? { second, lines: 0, suppressed: 0 };
    const lines = before.second === second ? before.lines : 0;
    const { suppressed } = before;
    if (lines >= perSecond) {
      seen.set(event, { second, lines, suppressed: suppressed + 1 });
      return;
    }
    seen.set(event, { second, lines: lines + 1, suppressed: 0 });
    log(level, event, suppressed > 0 ? { ...fields, suppressed } : fields);
  };
}

/** The process's log on standard output, where journald picks it up. */
export const stdoutLog: Log = jsonLog((line) => process.stdout.write(line));
