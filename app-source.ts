import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "./config";
import { keptRelease, type KeptRelease, packRelease } from "./release/pack";
import { plainCommand, type ReleaseFacts, releaseFacts, startIn } from "./release/facts";

/** Longest time of a build, milliseconds. */
const buildMs = 30 * 60_000;
/** Where releases live on the hosts, and how many: the running one, and two to go back to. */
export const releasePlace = { root: "/srv/app", keep: 3 } as const;

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
  const { command, script } = startIn(directory);
  if (command) return command;
  if (script !== undefined) {
    throw new Error(
      "webstack:app.command must be set when the start script of package.json needs a shell, " +
        `got ${JSON.stringify(script)} in ${directory}; set it to a program with its arguments, and variables in app.env`,
    );
  }
  throw new Error(
    `webstack:app.command must be set, got nothing, and ${directory} has neither a package.json with ` +
      "a start script nor a server.js; set for example node dist/main.js",
  );
}

/** Directory of the releases that were packed here. */
export function releasesFolder(projectRoot: string): string {
  return join(projectRoot, ".webstack", "releases");
}

/** An app as the hosts get it. */
export interface DeployedApp {
  /** Its release. */
  release: { digest: string; url?: string; root: string; keep: number };
  /** What the release says of itself, as far as it is known here. */
  facts: ReleaseFacts;
  /** How it is run and asked for its health. */
  program: {
    command: readonly string[];
    migrate?: readonly string[];
    migratesOnSwitch?: boolean;
    health: { path: string; host: string; status?: number; timeoutSeconds: number };
    sharesPort: boolean;
    notifies: boolean;
  };
  /** Local path of the archive that is pushed. @default the hosts fetch the release, or have it */
  archive: string | undefined;
}

/** Where a release is, and how it is run if the settings do not say so. */
interface Found extends KeptRelease {
  digest: string;
  url?: string;
  /** @throws Error if nobody says it. */
  command: () => readonly string[];
}

/** What decides which release runs. */
type AppSettings = Pick<
  Settings["app"],
  "source" | "build" | "command" | "processes" | "release" | "releaseCommand"
>;

/**
 * The app of a stack: built and packed, unless the hosts fetch it or one is pinned.
 *
 * @param packed digest of a release of `app.path` that was packed already; absent: it is packed now.
 * @throws Error if the build fails, or if it is not known how the app is run.
 */
export function deployedApp(
  { app, domain }: Pick<Settings, "app" | "domain">,
  projectRoot: string,
  packed?: string,
): DeployedApp {
  const { health, migrate, sharesPort, notifies, release } = app;
  const { digest, url, archive, facts, command } = found(app, projectRoot, packed);
  return {
    release: { digest, ...(url === undefined ? {} : { url }), ...releasePlace },
    facts: facts ?? {},
    program: {
      command: app.command ?? (app.processes === 0 ? [] : command()),
      health: { ...health, host: domain ?? "localhost" },
      sharesPort,
      notifies,
      ...(migrate ? { migrate } : {}),
      // It ran already, and what came after it may have migrated on, by `migrate` or by itself.
      ...(release !== undefined ? { migratesOnSwitch: false } : {}),
    },
    archive,
  };
}

function found(app: AppSettings, projectRoot: string, packed: string | undefined): Found {
  const { source, release } = app;
  if (release !== undefined) return pinned(app, release, projectRoot);
  if (source.path === undefined) {
    return { digest: source.sha256, url: source.url, command: () => plainCommand };
  }
  const { path } = source;
  const kept =
    packed === undefined
      ? packApp({ ...app, hasServer: app.processes !== 0 }, path, projectRoot)
      : { digest: packed };
  const { archive, facts } = keptRelease(releasesFolder(projectRoot), kept.digest);
  return {
    digest: kept.digest,
    ...(archive ? { archive } : {}),
    ...(facts ? { facts } : {}),
    command: () => facts?.command ?? commandOf(path),
  };
}

/**
 * Builds and packs the app in `path`; the release is kept below `.webstack/releases`.
 *
 * @throws Error if the build fails or fills another directory, or if it is not known how the app is run.
 */
export function packApp(
  { build, command, hasServer }: Pick<AppSettings, "build" | "command"> & { hasServer: boolean },
  path: string,
  projectRoot: string,
): { digest: string; archive: string; facts: ReleaseFacts } {
  if (build) buildApp(build, projectRoot);
  if (!existsSync(path)) {
    throw new Error(
      `webstack:app.path must be a directory with the built app, got ${path} that app.build did not make; ` +
        "set it to where the build puts the app",
    );
  }
  if (!command && hasServer) commandOf(path);
  const facts = releaseFacts(path);
  return { ...packRelease(path, releasesFolder(projectRoot), facts), facts };
}

/** A release that ran before, which hosts still have. */
function pinned(
  { source, releaseCommand }: AppSettings,
  digest: string,
  projectRoot: string,
): Found {
  const kept = keptRelease(releasesFolder(projectRoot), digest);
  const isFetched = source.path === undefined && source.sha256 === digest;
  return {
    digest,
    ...(isFetched ? { url: source.url } : kept),
    ...(kept.facts ? { facts: kept.facts } : {}),
    command: () => {
      const own = isFetched ? plainCommand : kept.facts?.command;
      const command = releaseCommand ?? own;
      if (command) return command;
      throw new Error(
        `webstack:app.releaseCommand must be set, got nothing, and nothing is kept here of the release ${digest} ` +
          `that app.release names; run: npm run rollback -- ${digest.slice(0, 12)}`,
      );
    },
  };
}
