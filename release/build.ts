import { execFileSync } from "node:child_process";

/** Longest time of a build, milliseconds. */
const buildMs = 30 * 60_000;
/** Lines of what a failed build printed that are shown. */
const shownLines = 25;
/** Shortest text that counts as a secret; shorter ones would blank out ordinary words. */
const leastSecret = 6;
/** What the engine hands to a program, the stack's secrets in clear among it, and what opens the cloud. */
const notForBuilds = /^(PULUMI_|HCLOUD_TOKEN$)/;

/**
 * Runs the build of an app, in `directory`, without a shell.
 *
 * @param secrets texts that are never shown, whole or a line of them.
 * @throws Error with the end of what it printed if it fails or takes longer than 30 minutes.
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
    // eslint-disable-next-line preserve-caught-error -- the cause has the output with its secrets
    throw new Error(without(secrets, text));
  }
}

/** The variables of a build: those of this process, without what it has no business with. */
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
