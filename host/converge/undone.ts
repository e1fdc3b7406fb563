import { writeAtomically } from "./files";
import { stateDirectory } from "./directories";
import { say } from "./run";

/** File that records the last undone change of login files, for the next caller. */
export const undonePath = `${stateDirectory}/undone.json`;

/**
 * Records that an unconfirmed change was undone.
 *
 * @param id id of its run.
 */
export function recordUndoneLogin(id: string, files: readonly string[]): void {
  try {
    const content = `${JSON.stringify({ id, files })}\n`;
    writeAtomically(undonePath, { content, owner: "root", group: "root", mode: "0600" });
  } catch (error) {
    say("left out", (error as Error).message);
  }
}
