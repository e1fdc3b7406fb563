import { execFileSync } from "node:child_process";

/** Longest time of a build, milliseconds. */
const buildMs = 30 * 60_000;
/** Number of shown lines of a failed build's output. */
const shownLines = 25;
/** Length of the shortest text that counts as a secret; shorter texts would redact ordinary words. */
const leastSecret = 6;
/** Variables that a build must not see: the engine's, with the stack's secrets in clear, and the cloud's token. */
const notForBuilds = /^(PULUMI_|HCLOUD_TOKEN$)/;

/**
 * Runs the build of an app in `directory`, without a shell.
 *
 * @param secrets texts that the error message must not contain, neither whole nor a line of them.
 * @throws Error with the end of the build's output if the build fails or takes longer than 30 minutes.
 */
export function buildApp(
  [program = "", ...args]: readonly string[],
  directory: string,
  secrets: readonly string[] = [],
): void {
  try {
    execFileSync(program, args, {
      cwd: directory,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: buildMs,
      maxBuffer: 1 << 28,
      env: buildVariables(process.env),
    });
  } catch (error) {
    const { message, stdout = "", stderr = "" } = error as Error & Record<string, string>;
    const said = `${stdout}${stderr}`.trim().split("\n").slice(-shownLines).join("\n");
    const [reason] = message.split("\n");
    const text =
      `webstack:app.build must succeed, got ${JSON.stringify([program, ...args].join(" "))} in ${directory}: ` +
      `${reason}; mend the build, or remove the setting and build by hand\n${said}`;
    // eslint-disable-next-line preserve-caught-error -- the cause contains the output with secrets
    throw new Error(without(secrets, text));
  }
}

/** The variables of a build: those of this process without secrets. */
export function buildVariables(all: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !notForBuilds.test(name)));
}

function without(secrets: readonly string[], text: string): string {
  const hidden = secrets
    .flatMap((secret) => [secret, ...secret.split("\n"), encodeURIComponent(secret)])
    .map((secret) => secret.trim())
    .filter((secret) => secret.length >= leastSecret)
    .sort((a, b) => b.length - a.length);
  return hidden.reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);
}
