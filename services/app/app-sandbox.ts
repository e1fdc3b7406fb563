import type { BundleRelease } from "../bundle";
import { dataDirectory } from "./app-data";
import { appSecretPaths } from "./app-environment";
import { execWords } from "./app-program";
import { startsInRelease } from "./release-start";
import { unprivilegedSandbox } from "../unit-sandbox";

/** A release and its runtime, as needed to render units. */
export interface AppRuntimeFacts {
  /** The app's release. */
  release: BundleRelease;
  /** Directory of the release with packages of Python; `.` is the release itself. @default none */
  python?: string | undefined;
}

/** Effects of a runtime on the app's units. */
interface AppRuntime {
  /** Directory of the runtime's programs, first in PATH. @default none */
  bin?: string;
  /** Directory that must be there before anything of the release starts. @default none */
  needed?: string;
  /** Environment variables; the app's own take precedence. */
  variables: Readonly<Record<string, string>>;
}

/** Directory of the Node.js binary in its npm package. */
const binOfNode = "package/bin";

/** The directory of a release's own runtime, such as `/srv/runtime/<digest>`; undefined if it has none. */
export function runtimeDirectory({ runtime }: BundleRelease): string | undefined {
  return runtime && `${runtime.root}/${runtime.digest}`;
}

/** Effects of a release's runtime on its units. */
function appRuntime({ release, python }: AppRuntimeFacts): AppRuntime {
  const directory = runtimeDirectory(release);
  const current = `${release.root}/current`;
  return {
    ...(directory === undefined ? {} : { bin: `${directory}/${binOfNode}`, needed: directory }),
    variables:
      python === undefined
        ? {}
        : {
            PYTHONPATH: python === "." ? current : `${current}/${python}`,
            // The release is read-only, and output must reach the journal at once.
            PYTHONDONTWRITEBYTECODE: "1",
            PYTHONUNBUFFERED: "1",
          },
  };
}

/** Arguments of all units of the app. */
export interface AppSandboxArgs {
  /** Link to the release that runs, such as `/srv/app/current`. */
  current: string;
  /** Path of the environment file. */
  envPath: string;
  /** Persistent data directory, relative to the release, such as `content`. @default none */
  data?: string | undefined;
  /** Runtime of the release. @default the programs of the distribution */
  runtime?: AppRuntime;
}

/** Derives the arguments of the app's units from the facts about a node. */
export function sandboxArgs(
  facts: AppRuntimeFacts & { data?: string | undefined },
): AppSandboxArgs {
  const { release, data } = facts;
  const current = `${release.root}/current`;
  return { current, envPath: appSecretPaths.env, data, runtime: appRuntime(facts) };
}

/** Paths that must exist before a release starts: environment file, release, and runtime if it has one. */
export function neededPaths({ envPath, current, runtime }: AppSandboxArgs): string[] {
  return [envPath, current, ...(runtime?.needed === undefined ? [] : [runtime.needed])];
}

/**
 * The only writable directories of a process, besides a private `/tmp`. The directories persist across releases, not
 * across nodes.
 */
function writable({ current, data }: AppSandboxArgs): string[] {
  const own = ["StateDirectory=app", "CacheDirectory=app"];
  return data === undefined ? own : [...own, `BindPaths=${dataDirectory}:${current}/${data}`];
}

/** Lines of `[Service]` that all programs of a release share: user, directory, environment and sandbox. */
export function sandbox(args: AppSandboxArgs): string[] {
  return confined(args, `EnvironmentFile=${args.envPath}`);
}

/**
 * The same for a host program that starts a program of the release. The host program reads the app's variables
 * from a credential: in its own environment they could change the behaviour of Node.
 */
export function starterSandbox(args: AppSandboxArgs): string[] {
  return confined(args, `LoadCredential=app.env:${args.envPath}`);
}

function confined(args: AppSandboxArgs, variables: string): string[] {
  const { current, runtime } = args;
  const own = runtime?.bin === undefined ? "" : `${runtime.bin}:`;
  // On the same line as PATH, so that another runtime changes only this line.
  const more = Object.entries(runtime?.variables ?? {}).map(([name, value]) => ` ${name}=${value}`);
  return [
    "User=app",
    // The journal names lines by the program otherwise: `env` or `node` for the app, its workers and its jobs alike.
    "SyslogIdentifier=%p",
    `WorkingDirectory=${current}`,
    "Environment=NODE_ENV=production HOME=/var/lib/app",
    `Environment=PATH=${own}${current}/node_modules/.bin:/usr/local/bin:/usr/bin:/bin${more.join("")}`,
    variables,
    ...writable(args),
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "CapabilityBoundingSet=",
    ...unprivilegedSandbox,
    // Netlink: programs list the host's addresses with it.
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
  ];
}

/** Command line that starts a host program, which starts a program of the release, with the release's own paths. */
export function execHost(words: readonly string[]): string {
  return `${startsInRelease} /usr/bin/node ${execWords(words)}`;
}

/**
 * Command line that starts a program of the release, with the release's own paths, through `env`. systemd itself would
 * look for the program before the release is there, and with its own PATH.
 */
export function exec(
  { runtime }: Pick<AppSandboxArgs, "runtime">,
  [program = "", ...rest]: readonly string[],
): string {
  const isDistributions = program === "node" && runtime?.bin === undefined;
  const start = isDistributions ? "/usr/bin/node" : execWords(["/usr/bin/env", program]);
  return [startsInRelease, start, ...(rest.length > 0 ? [execWords(rest)] : [])].join(" ");
}
