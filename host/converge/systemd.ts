import { run } from "./run";

/** State of a unit as systemd reports it. */
export interface UnitState {
  /** Active state, such as `active`, `activating`, `failed`. */
  active: string;
  /** File state, such as `enabled`, `disabled`, `static`. */
  file: string;
  /** Id of this run of the unit, which changes with each start (systemd.exec(5), `INVOCATION_ID`). */
  run: string;
  /**
   * Time of the unit's last change of state, microseconds since boot: every start, stop and reload changes it,
   * whoever asked for it (org.freedesktop.systemd1(5), `StateChangeTimestampMonotonic`).
   */
  changedAt: string;
}

/** Active and file states of units, from one call. */
export async function unitStates(units: readonly string[]): Promise<Map<string, UnitState>> {
  if (units.length === 0) return new Map();
  const properties =
    "--property=Id,ActiveState,UnitFileState,InvocationID,StateChangeTimestampMonotonic";
  const { stdout } = await run(["/usr/bin/systemctl", "show", properties, ...units]);
  const blocks = stdout.trim().split("\n\n");
  return new Map(
    units.map((unit, i) => {
      const value = (key: string) =>
        new RegExp(`^${key}=(.*)$`, "m").exec(blocks[i] ?? "")?.[1] ?? "unknown";
      const [active, file] = [value("ActiveState"), value("UnitFileState")];
      const changedAt = value("StateChangeTimestampMonotonic");
      return [unit, { active, file, run: value("InvocationID"), changedAt }];
    }),
  );
}

/** True if the unit is active, starting or reloading. */
export function isUp(state: UnitState | undefined): boolean {
  return ["active", "activating", "reloading"].includes(state?.active ?? "");
}

/** True if a unit was neither started nor reloaded between two states; false if systemd did not say so. */
export function isUnchanged(now: UnitState | undefined, earlier: UnitState | undefined): boolean {
  return /^\d+$/.test(now?.changedAt ?? "") && now?.changedAt === earlier?.changedAt;
}

/** What systemd logs before it kills processes of a unit that did not end in time after SIGTERM (its `service.c`). */
const killing = /: State '(?:stop|final)-sigterm' timed out\. Killing\.$/m;

/** What a unit logged in the last seconds, and systemd about it. The journal uses the wall clock. */
async function journalOf(unit: string, seconds: number, ...options: string[]): Promise<string> {
  const since = `@${Math.floor(Date.now() / 1000 - seconds)}`;
  const shape = ["--no-pager", "-o", "cat", ...options, "--since", since];
  const { stdout } = await run(["/usr/bin/journalctl", ...shape, "-u", unit]);
  return stdout;
}

/**
 * True if systemd killed a process of a unit at its stop, which lasted too long.
 *
 * @param secondsAgo how far back the journal is read, at least to the begin of the stop.
 */
export async function wasKilled(unit: string, secondsAgo: number): Promise<boolean> {
  return killing.test(await journalOf(unit, secondsAgo));
}

/**
 * The last lines that a unit logged since this run began.
 *
 * @param lines how many. Node.js prints the reason above about 18 lines of call stack, and systemd about 8 lines below.
 */
export async function journalTail(unit: string, lines = 60): Promise<string> {
  const logged = await journalOf(unit, process.uptime(), "-n", String(lines));
  return `--- last lines of ${unit} ---\n${logged.trim()}`;
}
