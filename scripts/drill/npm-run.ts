import { npmScript } from "../local/npm-script";

/** What a command said, and how it ended. */
export interface Ended {
  /** Exit status; null if a signal ended it. */
  status: number | null;
  /** The end of what it said, both streams. */
  said: string;
}

/** Most of what a command says that is kept, characters. */
const kept = 4_000;

/** Runs an npm script of this project to its end, whatever that is. */
export async function npmEnded(script: string, ...args: string[]): Promise<Ended> {
  let said = "";
  const hear = (text: string) => (said = (said + text).slice(-kept));
  const status = await npmScript(script, args, { hear });
  return { status, said };
}

/** Runs an npm script of this project. @throws Error with the end of what it said. */
export async function npmRun(script: string, ...args: string[]): Promise<void> {
  const { status, said } = await npmEnded(script, ...args);
  if (status !== 0) throw new Error(`npm run ${script} failed: ${said}`);
}
