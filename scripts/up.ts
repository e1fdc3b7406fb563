import { spawn } from "node:child_process";
import { constants } from "node:os";
import { localStackName, repositoryRoot } from "./local/paths";
import { selectedStack } from "./operate/chosen-stack";
import { outliveSignals } from "./operate/terminal";
import { resumeNamed } from "./resume/command-engine";
import { upWords } from "./up/command-line";

/** Runs `pulumi up` in the foreground of this process; resolves with the exit status as a shell counts it. */
function pulumiUp(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", ["up", ...args], { cwd: repositoryRoot, stdio: "inherit" });
    // A terminal sends Ctrl-C to the engine too, which ends at once at a second one; a `kill` reaches this process alone.
    const passedOn = process.stdin.isTTY
      ? (["SIGTERM"] as const)
      : (["SIGINT", "SIGTERM"] as const);
    for (const signal of passedOn) process.on(signal, () => child.kill(signal));
    child.on("error", reject);
    child.on("close", (status, signal) =>
      resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

/**
 * `npm run up -- [words of pulumi up]`: removes what an interrupted command created and did not record, then runs
 * `pulumi up` with the same words, terminal and exit status.
 */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const { stack, settings, isElsewhere } = upWords(args);
  const chosen = stack ?? selectedStack(process.env, repositoryRoot);
  // The engine asks for a stack that is not chosen; the local one is that of `npm run up:local`.
  if (chosen !== undefined && chosen.split("/").at(-1) !== localStackName && !isElsewhere) {
    await resumeNamed(chosen, (line) => console.error(line), settings).catch((error: Error) => {
      // The engine offers to create it.
      if (!error.message.includes("no stack named")) throw error;
    });
  }
  process.exitCode = await outliveSignals(
    () => undefined,
    () => pulumiUp(args),
  );
}

main().catch((error: Error) => {
  const { code } = error as NodeJS.ErrnoException;
  console.error(
    code === "ENOENT"
      ? "pulumi is not on the path; the local stack is npm run up:local"
      : error.message,
  );
  process.exitCode = 1;
});
