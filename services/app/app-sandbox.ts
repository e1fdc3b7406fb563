import type { BundleRelease } from "../bundle";
import { dataDirectory } from "./app-data";
import { appSecretPaths } from "./app-environment";
import { execWords } from "./app-program";

/** What all units of the app depend on. */
export interface AppSandboxArgs {
  /** Link to the release that runs, such as `/srv/app/current`. */
  current: string;
  /** Path of the environment file. */
  envPath: string;
  /** Directory of the release that outlives it, relative to it, such as `content`. @default none */
  data?: string | undefined;
}

/** What the units of an app depend on, of what is known of it. */
export function sandboxArgs(facts: {
  release: BundleRelease;
  data?: string | undefined;
}): AppSandboxArgs {
  const { release, data } = facts;
  return { current: `${release.root}/current`, envPath: appSecretPaths.env, data };
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
  const { current } = args;
  return [
    "User=app",
    `WorkingDirectory=${current}`,
    "Environment=NODE_ENV=production HOME=/var/lib/app",
    `Environment=PATH=${current}/node_modules/.bin:/usr/local/bin:/usr/bin:/bin`,
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

/** `env` finds the program and becomes it: systemd itself would look for it before the release is there. */
export function exec([program = "", ...rest]: readonly string[]): string {
  const start = program === "node" ? "/usr/bin/node" : execWords(["/usr/bin/env", program]);
  return [start, ...(rest.length > 0 ? [execWords(rest)] : [])].join(" ");
}
