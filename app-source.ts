import { join } from "node:path";
import type { Settings } from "./config";
import {
  type Architecture,
  architectureOf,
  type Runtime,
  runtimeCommand,
  runtimeText,
} from "./config/runtime";
import { type NodePackage, nodePackage } from "./release/node-package";
import { cachedRelease, type CachedRelease } from "./release/pack";
import { commandOf, packApp, type Packing, releasesFolder } from "./release/packed-app";
import { plainCommand, type ReleaseFacts } from "./release/facts";

/** Directory of releases on the hosts, and how many are kept: the running one, and two for a rollback. */
export const releaseLocation = { root: "/srv/app", keep: 3 } as const;

/** Directory of runtimes on the hosts. */
const runtimeRoot = "/srv/runtime";

/** A runtime archive that is pushed to the hosts, with its directory there. */
export interface RuntimePackage extends NodePackage {
  root: string;
}

/** Node.js that is pushed to hosts, if a runtime has one; it is kept below `.webstack/runtimes`. */
export function runtimePackage(
  { node }: Runtime,
  projectRoot: string,
  architecture: () => Architecture,
): RuntimePackage | undefined {
  if (node === undefined) return undefined;
  const kept = nodePackage(node, architecture(), join(projectRoot, ".webstack", "runtimes"));
  return { ...kept, root: runtimeRoot };
}

/** Runtime of an app's release on the app nodes. */
export interface DeployedRuntime {
  /** Name for people, such as `Node.js 24.21.0`. @default the Node.js of the distribution */
  text?: string;
  /** Pushed runtime archive. @default programs of the distribution, or of the release itself */
  pushed?: RuntimePackage;
  /** Directory of the release with packages of Python. @default none */
  python?: string;
}

/** An app as it is deployed to the hosts. */
export interface DeployedApp {
  /** Its release. */
  release: { digest: string; url?: string; root: string; keep: number };
  /** Metadata of the release, as far as it is known on this machine. */
  facts: ReleaseFacts;
  /** How the app runs, and its health check. */
  program: {
    command: readonly string[];
    migrate?: readonly string[];
    migrateTimeoutSeconds?: number;
    migratesOnSwitch?: boolean;
    health: { path: string; host: string; status?: number; timeoutSeconds: number };
    trialSeconds: number;
    sharesPort: boolean;
    affinity: "none" | "client";
    notifies: boolean;
  };
  /** Local path of the archive that is pushed. @default the hosts download the release, or have it */
  archive: string | undefined;
  /** What runs it. */
  runtime: DeployedRuntime;
}

/** Facts for a deployment besides the settings. */
export interface DeployContext {
  /** Processors of the app nodes. @default those of `app.serverType` */
  architecture?: Architecture;
  /** Texts that a failed build must not show. @default none */
  secrets?: readonly string[];
}

/** A release with its location, and its default command. */
interface Found extends CachedRelease {
  digest: string;
  url?: string;
  /** What runs it. */
  runtime: Runtime;
  /** Default command. @throws Error if it is unknown. */
  command: () => readonly string[];
}

/** Settings that decide which release runs. */
type AppSettings = Pick<
  Settings["app"],
  | "source"
  | "build"
  | "command"
  | "processes"
  | "release"
  | "releaseCommand"
  | "releaseRuntime"
  | "runtime"
  | "serverType"
>;

/**
 * The app of a stack: built and packed, unless the hosts download it or a release is pinned.
 *
 * @param packed digest of a release of `app.path` that was packed already; absent: it is packed now.
 * @throws Error if the build fails, if the app's command is unknown, or if its runtime cannot be downloaded.
 */
export function deployedApp(
  { app, domain }: Pick<Settings, "app" | "domain">,
  projectRoot: string,
  packed?: string,
  { architecture, secrets = [] }: DeployContext = {},
): DeployedApp {
  const { health, migrate, sharesPort, affinity, notifies, release, serverType } = app;
  const processors = () => architecture ?? architectureOf(serverType);
  const place = { projectRoot, secrets, architecture: processors };
  const { digest, url, archive, facts, command, runtime } = found(app, place, packed);
  const pushed = runtimePackage(runtime, projectRoot, processors);
  const { python } = runtime;
  const text = runtimeText(runtime);
  return {
    release: { digest, ...(url === undefined ? {} : { url }), ...releaseLocation },
    facts: facts ?? {},
    program: {
      command: app.command ?? (app.processes === 0 ? [] : command()),
      health: { ...health, host: domain ?? "localhost" },
      trialSeconds: app.trialSeconds,
      sharesPort,
      affinity,
      notifies,
      ...(migrate ? { migrate, migrateTimeoutSeconds: app.migrateTimeoutSeconds } : {}),
      // A pinned release ran before; a later release may have migrated the schema further.
      ...(release !== undefined ? { migratesOnSwitch: false } : {}),
    },
    archive,
    runtime: {
      ...(text === undefined ? {} : { text }),
      ...(pushed ? { pushed } : {}),
      ...(python === undefined ? {} : { python }),
    },
  };
}

function found(app: AppSettings, place: Packing, packed: string | undefined): Found {
  const { source, release, runtime = {} } = app;
  const { projectRoot } = place;
  if (release !== undefined) return pinned(app, release, projectRoot);
  if (source.path === undefined) {
    const command = () => runtimeCommand(runtime) ?? plainCommand;
    return { digest: source.sha256, url: source.url, runtime, command };
  }
  const { path } = source;
  const kept =
    packed === undefined
      ? packApp({ ...app, runtime, hasServer: app.processes !== 0 }, path, place)
      : { digest: packed };
  const { archive, facts } = cachedRelease(releasesFolder(projectRoot), kept.digest);
  return {
    digest: kept.digest,
    runtime,
    ...(archive ? { archive } : {}),
    ...(facts ? { facts } : {}),
    command: () => facts?.command ?? commandOf(path),
  };
}

/** A pinned release that ran before, which the hosts still have. */
function pinned(
  { source, releaseCommand, releaseRuntime, runtime: usual = {} }: AppSettings,
  digest: string,
  projectRoot: string,
): Found {
  const kept = cachedRelease(releasesFolder(projectRoot), digest);
  const isFetched = source.path === undefined && source.sha256 === digest;
  // A release with metadata that names no runtime uses the distribution's.
  const runtime = releaseRuntime ?? (kept.facts ? (kept.facts.runtime ?? {}) : usual);
  return {
    digest,
    runtime,
    ...(isFetched ? { url: source.url } : kept),
    ...(kept.facts ? { facts: kept.facts } : {}),
    command: () => {
      const own = runtimeCommand(runtime) ?? (isFetched ? plainCommand : kept.facts?.command);
      const command = releaseCommand ?? own;
      if (command) return command;
      throw new Error(
        `webstack:app.releaseCommand must be set, got nothing, and nothing is kept here of the release ${digest} ` +
          `that app.release names; run: npm run rollback -- ${digest.slice(0, 12)}`,
      );
    },
  };
}
