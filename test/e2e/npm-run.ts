import { npmScript, onLocalStack } from "../../scripts/local/processes";

/** Output and duration of a finished command. */
export interface Finished {
  output: string;
  seconds: number;
}

/**
 * Runs `npm run <script>` on the local stack as a user would; its output is shown and returned.
 *
 * @throws Error if it exits with another status than 0 or runs longer than `timeoutSeconds`.
 */
export async function npmRun(
  script: string,
  args: string[],
  timeoutSeconds: number,
): Promise<Finished> {
  const begun = Date.now();
  let output = "";
  const hear = (text: string) => {
    output += text;
    process.stdout.write(text);
  };
  const status = await npmScript(script, onLocalStack(script, args), {
    ...{ hear, timeoutMs: timeoutSeconds * 1000 },
  });
  const seconds = (Date.now() - begun) / 1000;
  if (status === 0) return { output, seconds };
  throw new Error(`npm run ${script} ended with ${status} after ${seconds} s`);
}
