import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "./config";
import { commandWords } from "./config/command";
import { packRelease } from "./release";

/** Longest time of a build, milliseconds. */
const buildMs = 30 * 60_000;
/** What runs an app that says nothing else. */
const plainCommand = ["node", "server.js"];
/** Where releases live on the hosts, and how many: the running one, and two to go back to. */
const place = { root: "/srv/app", keep: 3 };

/**
 * Runs the build of an app, in `directory`, without a shell.
 *
 * @throws Error with the end of what it printed if it fails or takes longer than 30 minutes.
 */
export function buildApp([program = "", ...args]: readonly string[], directory: string): void {
  try {
    const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
    execFileSync(program, args, { cwd: directory, stdio, timeout: buildMs, maxBuffer: 1 << 28 });
  } catch (error) {
    const { message, stdout = "", stderr = "" } = error as Error & Record<string, string>;
    const said = `${stdout}${stderr}`.trim().split("\n").slice(-25).join("\n");
    const [reason] = message.split("\n");
    throw new Error(
      `webstack:app.build must succeed, got ${JSON.stringify([program, ...args].join(" "))} in ${directory}: ` +
        `${reason}; mend the build, or remove the setting and build by hand\n${said}`,
      { cause: error },
    );
  }
}

/**
 * The command that a built app says itself: the start script of its `package.json`, else
 * `node server.js`.
 *
 * @throws Error if the script needs a shell, or if there is neither.
 */
export function commandOf(directory: string): string[] {
  const script = startScript(join(directory, "package.json"));
  if (script !== undefined) {
    const words = commandWords(script);
    if (words) return words;
    throw new Error(
      "webstack:app.command must be set when the start script of package.json needs a shell, " +
        `got ${JSON.stringify(script)} in ${directory}; set it to a program with its arguments, and variables in app.env`,
    );
  }
  if (existsSync(join(directory, "server.js"))) return plainCommand;
  throw new Error(
    `webstack:app.command must be set, got nothing, and ${directory} has neither a package.json with ` +
      "a start script nor a server.js; set for example node dist/main.js",
  );
}

function startScript(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const { scripts } = JSON.parse(readFileSync(path, "utf8")) as { scripts?: { start?: unknown } };
  return typeof scripts?.start === "string" ? scripts.start : undefined;
}

/** An app as the hosts get it. */
export interface DeployedApp {
  /** Its release. */
  release: { digest: string; url?: string; root: string; keep: number };
  /** How it is run and asked for its health. */
  program: {
    command: readonly string[];
    migrate?: readonly string[];
    health: { path: string; host: string; status?: number; timeoutSeconds: number };
    sharesPort: boolean;
    notifies: boolean;
  };
  /** Local path of the archive that is pushed. @default the hosts fetch the release */
  archive: string | undefined;
}

/**
 * Builds and packs the app of a stack, unless the hosts fetch it.
 *
 * @throws Error if the build fails, or if it is not known how the app is run.
 */
export function deployedApp(
  { app, domain }: Pick<Settings, "app" | "domain">,
  projectRoot: string,
): DeployedApp {
  const { source, health, migrate, sharesPort, notifies } = app;
  const program = {
    health: { ...health, host: domain ?? "localhost" },
    sharesPort,
    notifies,
    ...(migrate ? { migrate } : {}),
  };
  if (source.path === undefined) {
    const { url, sha256: digest } = source;
    const command = app.command ?? plainCommand;
    return {
      release: { digest, url, ...place },
      program: { ...program, command },
      archive: undefined,
    };
  }
  const { path } = source;
  if (app.build) buildApp(app.build, projectRoot);
  if (!existsSync(path)) {
    throw new Error(
      `webstack:app.path must be a directory with the built app, got ${path} that app.build did not make; ` +
        "set it to where the build puts the app",
    );
  }
  const command = app.command ?? (app.processes === 0 ? [] : commandOf(path));
  const { digest, archive } = packRelease(path, join(projectRoot, ".webstack", "releases"));
  return { release: { digest, ...place }, program: { ...program, command }, archive };
}
