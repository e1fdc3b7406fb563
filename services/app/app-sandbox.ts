import { dataDirectory } from "./app-data";
import { appSecretPaths } from "./app-environment";
import { execWords } from "./app-program";
import { type AppRuntime, appRuntime, type AppRuntimeFacts } from "./app-runtime";

/** What all units of the app depend on. */
export interface AppSandboxArgs {
  /** Link to the release that runs, such as `/srv/app/current`. */
  current: string;
  /** Path of the environment file. */
  envPath: string;
  /** Directory of the release that outlives it, relative to it, such as `content`. @default none */
  data?: string | undefined;
  /** What runs the release. @default the programs of the distribution */
  runtime?: AppRuntime;
}

/** What the units of an app depend on, of what is known of it. */
export function sandboxArgs(
  facts: AppRuntimeFacts & { data?: string | undefined },
): AppSandboxArgs {
  const { release, data } = facts;
  const current = `${release.root}/current`;
  return { current, envPath: appSecretPaths.env, data, runtime: appRuntime(facts) };
}

/** Paths without which nothing of a release starts: its variables, itself, and its runtime if it has one. */
export function neededPaths({ envPath, current, runtime }: AppSandboxArgs): string[] {
  return [envPath, current, ...(runtime?.needed === undefined ? [] : [runtime.needed])];
}

/** A process can write to these directories alone; `/tmp` is its own. They outlive releases, not the node. */
function writable({ current, data }: AppSandboxArgs): string[] {
  const own = ["StateDirectory=app", "CacheDirectory=app"];
  return data === undefined ? own : [...own, `BindPaths=${dataDirectory}:${current}/${data}`];
}

/** Lines of `[Service]` that all programs of a release share: user, place, environment, and what they do without. */
export function sandbox(args: AppSandboxArgs): string[] {
  return confined(args, `EnvironmentFile=${args.envPath}`);
}

/**
 * The same for a program of the host that starts one of a release. It reads the app's variables from a file:
 * as its own they could change what Node does.
 */
export function starterSandbox(args: AppSandboxArgs): string[] {
  return confined(args, `LoadCredential=app.env:${args.envPath}`);
}

function confined(args: AppSandboxArgs, variables: string): string[] {
  const { current, runtime } = args;
  const own = runtime?.bin === undefined ? "" : `${runtime.bin}:`;
  // On the line of the path: a release that comes with another runtime changes no other.
  const more = Object.entries(runtime?.variables ?? {}).map(([name, value]) => ` ${name}=${value}`);
  return [
    "User=app",
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
    // Netlink: programs list the host's addresses with it.
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
  ];
}

/**
 * `env` finds the program and becomes it: systemd itself would look for it before the release is there, and with a
 * path of its own.
 */
export function exec(
  { runtime }: Pick<AppSandboxArgs, "runtime">,
  [program = "", ...rest]: readonly string[],
): string {
  const isDistributions = program === "node" && runtime?.bin === undefined;
  const start = isDistributions ? "/usr/bin/node" : execWords(["/usr/bin/env", program]);
  return [start, ...(rest.length > 0 ? [execWords(rest)] : [])].join(" ");
}
