import { execWords } from "./app-program";

/** What all units of the app depend on. */
export interface AppSandboxArgs {
  /** Link to the release that runs, such as `/srv/app/current`. */
  current: string;
  /** Path of the environment file. */
  envPath: string;
}

/** A process can write to these directories alone; `/tmp` is its own. They outlive releases, not the node. */
const writable = ["StateDirectory=app", "CacheDirectory=app"];

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

function confined({ current }: AppSandboxArgs, variables: string): string[] {
  return [
    "User=app",
    `WorkingDirectory=${current}`,
    "Environment=NODE_ENV=production HOME=/var/lib/app",
    `Environment=PATH=${current}/node_modules/.bin:/usr/local/bin:/usr/bin:/bin`,
    variables,
    ...writable,
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
