/** What was seen, in order. */
export const results: { what: string; well: boolean; seen: string }[] = [];

/** Notes what was seen, and prints it. */
export function note(what: string, well: boolean, seen = ""): void {
  results.push({ what, well, seen });
  console.log(`${well ? "yes" : "NO "}  ${what}${seen ? `: ${seen}` : ""}`);
}
