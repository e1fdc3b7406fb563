import { run } from "./run";

/** What systemd says of a unit. */
export interface UnitState {
  /** Such as `active`, `activating`, `failed`. */
  active: string;
  /** Such as `enabled`, `disabled`, `static`. */
  file: string;
}

/** Active and file state of units, in one call. */
export async function unitStates(units: readonly string[]): Promise<Map<string, UnitState>> {
  if (units.length === 0) return new Map();
  const properties = "--property=Id,ActiveState,UnitFileState";
  const { stdout } = await run(["/usr/bin/systemctl", "show", properties, ...units]);
  const blocks = stdout.trim().split("\n\n");
  return new Map(
    units.map((unit, i) => {
      const value = (key: string) =>
        new RegExp(`^${key}=(.*)$`, "m").exec(blocks[i] ?? "")?.[1] ?? "unknown";
      return [unit, { active: value("ActiveState"), file: value("UnitFileState") }];
    }),
  );
}

/** True if the unit is up; one that is starting or reloading counts. */
export function isUp(state: UnitState | undefined): boolean {
  return ["active", "activating", "reloading"].includes(state?.active ?? "");
}

/** The last lines that a unit logged since this run began. */
export async function journalTail(unit: string, lines = 25): Promise<string> {
  // A moment of the wall clock, as the journal has it.
  const begun = Math.floor(Date.now() / 1000 - process.uptime());
  const shape = ["--no-pager", "-o", "cat", "-n", String(lines), "--since", `@${begun}`];
  const { stdout } = await run(["/usr/bin/journalctl", ...shape, "-u", unit]);
  return `--- last lines of ${unit} ---\n${stdout.trim()}`;
}
