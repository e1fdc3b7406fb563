/** A place where a secret may be, with the owner and mode that the file must have. */
export interface AllowedFile {
  /** Absolute path; `*` stands for a part without a slash, `**` for any. */
  path: string;
  /** Users that may own the file; `*` as in paths. */
  owners: readonly string[];
  /** Largest allowed permissions, such as 0o600. */
  mode: number;
  /** Why the secret is there. */
  why: string;
}

/** Secrets that a process may have in its environment. */
export interface AllowedEnvironment {
  /** User of the process. */
  user: string;
  /** File whose variables are allowed. */
  file: string;
  why: string;
}

const root = ["root"];

/** Files of hosts that may hold secrets. */
export const allowedOnHosts: readonly AllowedFile[] = [
  {
    path: "/etc/webstack/**",
    owners: root,
    mode: 0o600,
    why: "secrets of services as the engine delivers them; systemd hands them on",
  },
  {
    path: "/etc/mysql/webstack-tls/*.pem",
    owners: ["mysql"],
    mode: 0o600,
    why: "MySQL reads its key itself",
  },
  {
    path: "/etc/haproxy/certs/*",
    owners: root,
    mode: 0o600,
    why: "HAProxy reads certificates and ticket keys as root, before it drops its rights",
  },
  {
    path: "/var/lib/webstack-acme/**",
    owners: ["webstack-acme"],
    mode: 0o640,
    why: "keys of the certificates that the ACME client ordered; its group is root, for HAProxy",
  },
  {
    path: "/var/lib/webstack/**",
    owners: root,
    mode: 0o600,
    why: "what converge puts back if a change fails",
  },
  {
    path: "/run/webstack/**",
    owners: root,
    mode: 0o600,
    why: "what converge was sent and has not put in place yet",
  },
  {
    path: "/run/credentials/**",
    owners: ["root", "app", "mysql", "haproxy", "webstack-*"],
    mode: 0o440,
    why: "credentials that systemd hands to one unit; the folder is closed to others",
  },
  {
    path: "/tmp/systemd-private-*/tmp/database-*/client.cnf",
    owners: ["app"],
    mode: 0o600,
    why: "login of the app's jobs for MySQL's client, which has no better way; the folder is the unit's own",
  },
  {
    path: "/etc/ssh/ssh_host_*_key",
    owners: root,
    mode: 0o600,
    why: "host keys",
  },
  {
    path: "/etc/mysql/debian.cnf",
    owners: root,
    mode: 0o600,
    why: "the distribution's own login of MySQL",
  },
  {
    path: "/var/lib/mysql/*.pem",
    owners: ["mysql"],
    mode: 0o600,
    why: "keys that MySQL makes for itself at its first start",
  },
];

/** Environments of hosts that may hold secrets. */
export const allowedEnvironments: readonly AllowedEnvironment[] = [
  {
    user: "app",
    file: "/etc/webstack/app.env",
    why: "the application's own variables; processes of other users cannot read them",
  },
];

/** Files with secrets of a host that the state does not know; these secrets are searched too. */
export const ownSecretsOfHosts: readonly string[] = [
  "/etc/ssh/ssh_host_*_key",
  "/etc/mysql/debian.cnf",
  "/var/lib/mysql/*.pem",
  "/var/lib/webstack-acme/**",
  "/etc/haproxy/certs/*",
];

/** Files below `.webstack` of this machine that may hold secrets; their owner is the user that runs this command. */
export const allowedHere: readonly Omit<AllowedFile, "owners">[] = [
  { path: "*/id_ed25519", mode: 0o600, why: "deploy key, for the commands" },
  { path: "local/tokens", mode: 0o600, why: "tokens of the local cloud" },
  { path: "local/storage.json", mode: 0o600, why: "keys of the local object storage" },
  { path: "local/file-storage.json", mode: 0o600, why: "key of the local SFTP server" },
  { path: "local/backups-key", mode: 0o600, why: "opens the local SFTP server" },
  { path: "local/backups-identity.txt", mode: 0o600, why: "opens the local stack's backups" },
  { path: "local/passphrase", mode: 0o600, why: "opens the local stack's state" },
  { path: "local/authority/*", mode: 0o600, why: "key of the local certificate authority" },
];

function expression(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".+";
    return part === "*" ? "[^/]*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}

/** True if a path or a name matches a pattern with `*` and `**`. */
export function matches(pattern: string, text: string): boolean {
  return expression(pattern).test(text);
}

/**
 * Decides whether a file may hold a secret; returns the reason, or the fault of the place.
 *
 * @param file the file; `mode` has the lower nine bits.
 */
export function judge(
  file: { path: string; owner: string; mode: number },
  rules: readonly AllowedFile[],
): { allowed: true; why: string } | { allowed: false; wrong: string } {
  const near = rules.filter(({ path }) => matches(path, file.path));
  const good = near.find(
    ({ owners, mode }) =>
      owners.some((owner) => matches(owner, file.owner)) && (file.mode & ~mode & 0o777) === 0,
  );
  if (good) return { allowed: true, why: good.why };
  const is = `${octal(file.mode)} ${file.owner}`;
  if (near.length === 0) return { allowed: false, wrong: `${is}; no place for a secret` };
  const may = near.map(({ mode, owners }) => `${octal(mode)} ${owners.join("|")}`).join(" or ");
  return { allowed: false, wrong: `${is}; may be at most ${may}` };
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}
