import { createInterface } from "node:readline/promises";

/** Asks at the terminal for a word. @throws Error if another one is typed: nothing was done yet. */
export async function confirmed(word: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Type ${word} to go on: `);
  terminal.close();
  if (answer.trim() !== word) throw new Error("nothing was done");
}
