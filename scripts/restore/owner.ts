import { readFileSync } from "node:fs";
import { isAlive } from "../../offline/engine/lock";

/** A process of this machine. */
export interface Owner {
  id: number;
  /** Time of its start, in clock ticks since the boot; undefined where there is no `/proc`. */
  start?: string | undefined;
}

/** The time at which a process began, as {@link Owner} has it. */
function startOf(id: number): string | undefined {
  try {
    // The name of the program, in parentheses, may hold anything; field 22 is the start (proc(5)).
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/** This process. */
export function thisProcess(): Owner {
  return { id: process.pid, start: startOf(process.pid) };
}

/** True while that very process runs, and not another one with its id. */
export function isRunning({ id, start }: Owner): boolean {
  return isAlive(id) && (start === undefined || startOf(id) === start);
}

/** A process as a word, such as `4711@1234567`. */
export function ownerText({ id, start }: Owner): string {
  return start === undefined ? String(id) : `${id}@${start}`;
}

/** Parses such a word; undefined for any other text. */
export function ownerOf(text: string): Owner | undefined {
  const [, id, start] = /^(\d+)(?:@(\d+))?$/.exec(text.trim()) ?? [];
  return id === undefined ? undefined : { id: Number(id), start };
}
