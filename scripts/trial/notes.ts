import { execFileSync } from "node:child_process";

/** What was seen, in order. */
const results: { what: string; well: boolean; seen: string }[] = [];

/** Notes what was seen, and prints it. */
export function note(what: string, well: boolean, seen = ""): void {
  results.push({ what, well, seen });
  console.log(`${well ? "yes" : "NO "}  ${what}${seen ? `: ${seen}` : ""}`);
}

/** Prints how many of the notes are well, and ends the process: with 0 if all are. */
export function endTrial(): never {
  const failed = results.filter(({ well }) => !well).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

/**
 * Prints a failure with the ends of the log files, and ends the process with 1.
 *
 * @param logs patterns of the files. @default those of the host programs
 */
export function failTrial(error: Error, logs = "/trial/run/*.log"): never {
  console.error(error.stack);
  console.error(execFileSync("sh", ["-c", `tail -n 40 ${logs}; true`], { encoding: "utf8" }));
  process.exit(1);
}
