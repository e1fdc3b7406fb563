import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Ended } from "./rehearse";

/** Most of what a command says that is kept for an error, characters. */
const kept = 8_000;

/**
 * npm in a directory. What the npm that started this process told its own script is kept from it: it would be about
 * another checkout.
 *
 * @param signal ends the command as Ctrl-C does.
 */
export function npmIn(cwd: string, signal: AbortSignal) {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name));
  const env = Object.fromEntries(own);
  return (words: readonly string[], onLine?: (line: string) => void): Promise<Ended> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new Error("interrupted"));
      // A group of its own: npm leaves SIGINT to what it runs, which it counts on to get it from the terminal.
      const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
      const child = spawn("npm", words, { cwd, env, stdio, detached: true });
      const stop = () => {
        try {
          if (child.pid) process.kill(-child.pid, "SIGINT");
        } catch {
          // It has just ended.
        }
      };
      signal.addEventListener("abort", stop);
      let [stdout, said] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      for (const stream of [child.stdout, child.stderr]) {
        createInterface(stream).on("line", (line) => {
          said = `${said}${line}\n`.slice(-kept);
          onLine?.(line);
        });
      }
      child.on("error", reject);
      child.on("close", (status) => {
        signal.removeEventListener("abort", stop);
        if (signal.aborted) reject(new Error("interrupted"));
        else resolve({ status, stdout, said });
      });
    });
}
