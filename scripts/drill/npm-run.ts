import { npmScript, onLocalStack } from "../local/processes";

/** Output and exit status of a command. */
export interface Ended {
  /** Exit status; null if a signal ended it. */
  status: number | null;
  /** The end of the output, both streams. */
  output: string;
}

/** Largest part of a command's output that is kept, characters. */
const kept = 4_000;

/** Runs an npm script of this project on the local stack to its end; a failure is no error. */
export async function npmEnded(script: string, ...args: string[]): Promise<Ended> {
  let output = "";
  const hear = (text: string) => (output = (output + text).slice(-kept));
  const status = await npmScript(script, onLocalStack(script, args), { hear });
  return { status, output };
}

/** Runs an npm script of this project on the local stack. @throws Error with the end of the output if the script fails. */
export async function npmRun(script: string, ...args: string[]): Promise<void> {
  const { status, output } = await npmEnded(script, ...args);
  if (status !== 0) throw new Error(`npm run ${script} failed: ${output}`);
}
