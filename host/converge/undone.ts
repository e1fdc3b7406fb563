import { writeAtomically } from "./files";
import { stateDirectory } from "./places";
import { say } from "./run";

/** Where it is written which change of who can log in was undone last, for whoever comes back. */
export const undonePath = `${stateDirectory}/undone.json`;

/**
 * Writes down that a change was undone which nobody confirmed.
 *
 * @param id name of its run.
 */
export function recordUndone(id: string, files: readonly string[]): void {
  try {
    const content = `${JSON.stringify({ id, files })}\n`;
    writeAtomically(undonePath, { content, owner: "root", group: "root", mode: "0600" });
  } catch (error) {
    say("left out", (error as Error).message);
  }
}
