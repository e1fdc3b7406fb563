import { createInterface } from "node:readline/promises";

/** Asks the operator at the terminal to type a word. @throws Error for any other word: nothing has changed yet. */
export async function confirmed(word: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Type ${word} to go on: `);
  terminal.close();
  if (answer.trim() !== word) throw new Error("nothing was done");
}
