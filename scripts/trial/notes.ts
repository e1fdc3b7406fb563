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
