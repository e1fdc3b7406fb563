import { execFile } from "node:child_process";
import type { Answer } from "../../prove/assumption";
import type { Questions } from "../../prove/questions";

/** Order from the program that reads standard input. */
declare const order: { questions: Questions };

/** Longest run of a command, milliseconds, and most bytes of its output. */
const [longestMs, mostBytes] = [30_000, 64 << 10];

function answer([program, ...words]: readonly string[]): Promise<Answer> {
  const env = { ...process.env, LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
  return new Promise((resolve) => {
    const options = { env, timeout: longestMs, maxBuffer: 4 << 20 };
    execFile(program!, words, options, (error, out, complaint) => {
      const code = error ? (error as { code?: unknown }).code : 0;
      const text = `${out}${complaint}`.slice(0, mostBytes);
      resolve({ status: typeof code === "number" ? code : null, text });
    });
  });
}

/** One command after the other: nine nodes of a local stack share one machine. */
async function answers(): Promise<Record<string, Answer>> {
  const found: Record<string, Answer> = {};
  for (const [name, words] of Object.entries(order.questions)) found[name] = await answer(words);
  return found;
}

answers().then(
  (found) => process.stdout.write(JSON.stringify(found)),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
