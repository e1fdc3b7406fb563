import { parse } from "../../host/supervisor/core/gtid";

/** End of a restore. */
export type Target =
  | { kind: "latest" }
  /** Every transaction before the first one with a later commit; microseconds since 1970. */
  | { kind: "time"; us: number }
  /** Every transaction in the order of the archive until all of this set are restored. */
  | { kind: "gtid"; set: string };

const time = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/;

/** Parses a time such as `2026-11-23T06:10:52.500000Z` to microseconds since 1970. @throws Error for other texts. */
export function microsecondsOf(text: string): number {
  const [, seconds, fraction = ""] = time.exec(text) ?? [];
  const ms = seconds === undefined ? Number.NaN : Date.parse(`${seconds}Z`);
  // Date.parse takes the 30th of February for a day of March.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== seconds) {
    throw new Error(
      `--to must be a time in UTC such as 2026-11-23T06:10:52.500000Z, got ${JSON.stringify(text)}`,
    );
  }
  return ms * 1_000 + Number(fraction.padEnd(6, "0"));
}

/** Formats microseconds since 1970 as a command line takes them. */
export function timeText(us: number): string {
  const whole = new Date(Math.floor(us / 1_000)).toISOString();
  return whole.replace("Z", `${String(us % 1_000).padStart(3, "0")}Z`);
}

/** The target that a command line names. @throws Error unless it names exactly one. */
export function targetOf(values: {
  to?: string | undefined;
  "to-gtid"?: string | undefined;
  latest?: boolean | undefined;
}): Target {
  const { to, "to-gtid": set, latest } = values;
  const named = [to, set, latest || undefined].filter((one) => one !== undefined);
  if (named.length !== 1)
    throw new Error("name one of --to TIME, --to-gtid SET, --latest and --dump");
  if (to !== undefined) return { kind: "time", us: microsecondsOf(to) };
  if (set === undefined) return { kind: "latest" };
  const isSet = /^[0-9a-f-]{36}:\d+(-\d+)?([:,][0-9a-f:,-]+)?$/i.test(set.replace(/\s/g, ""));
  if (!isSet || !hasWholeRanges(set)) {
    throw new Error(
      `--to-gtid must be a GTID set such as 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23, got ${JSON.stringify(set)}`,
    );
  }
  return { kind: "gtid", set: set.replace(/\s/g, "") };
}

/** True if each range of a GTID set has a transaction: their numbers begin with 1. */
function hasWholeRanges(set: string): boolean {
  return [...parse(set).values()].flat().every(([from, to]) => from >= 1 && from <= to);
}
