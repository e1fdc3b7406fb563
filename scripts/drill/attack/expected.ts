import { acmePort } from "../../../services/acme/service";
import { archiverUser } from "../../../services/archiver/archiver";
import { brokerPort, brokerSecrets } from "../../../services/broker/service";
import { mysqlInitSql } from "../../../services/mysql/mysql-init-sql";
import { peerPort } from "../../../services/supervisor/supervisor-ports";
import type { FileAttributes } from "../../../services/bundle";
import type { SecretFile } from "../../../services/service";
import { allowedOnHosts, matches } from "../../secrets/allowed";
import { metadata } from "../../secrets/secrets";
import { openingsOf, type ScannedHost, servicesOf, targetsOf } from "../scan/expected";
import type { Success, Tries } from "./attacks";
import { type Exception, exceptions } from "./exceptions";

/** Files and folders with secrets, besides the secret files of converge's record. */
const secretPlaces = [
  ...["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers"],
  ...["ed25519", "ecdsa", "rsa"].map((kind) => `/etc/ssh/ssh_host_${kind}_key`),
  ...["/etc/mysql/debian.cnf", "/etc/haproxy/certs", "/root", "/home"],
  ...["/run/credentials", "/run/webstack", "/var/lib/webstack", "/var/lib/webstack-acme"],
  ...["/var/lib/webstack-supervisor", "/var/lib/mysql", "/var/lib/mysql-files"],
  ...["user-data.txt", "user-data.txt.i", "cloud-config.txt", "obj.pkl"].map(
    (name) => `/var/lib/cloud/instance/${name}`,
  ),
  "/run/cloud-init/instance-data-sensitive.json",
];

/** Folders of the system, of the releases, of the units and of the services' data; each may be a disk of its own. */
const closedFolders = [
  ...["/etc", "/usr", "/opt", "/boot", "/root", "/home", "/srv", "/srv/app/releases"],
  ...["/var/lib", "/var/lib/mysql", "/var/spool", "/run"],
];

/** MySQL's own accounts, the stack's accounts with a password, and accounts of earlier releases. */
const namedAccounts = ["root", "mysql.session", "debian-sys-maint", "app", "replication", "admin"];

/** An address that no host has (RFC 5737), with the ports of DNS, DHCP, NTP and HTTP/3. */
const outside = "198.51.100.1";
const outsidePorts = [53, 67, 123, 443];

/** Accounts that MySQL opens without a password, each to one system user. */
export function socketAccounts(): Map<string, string> {
  const created =
    /CREATE USER IF NOT EXISTS '(\w+)'@'localhost' IDENTIFIED WITH auth_socket AS '([^']+)'/g;
  const found = mysqlInitSql(true).matchAll(created);
  return new Map([...found].map(([, account, user]) => [account!, user!]));
}

/** URLs of all hosts of the stack that require a certificate. */
function certifiedUrls(hosts: readonly ScannedHost[]): string[] {
  const paths = {
    [peerPort]: "state",
    [brokerPort]: "v1/floating_ips",
    [acmePort]: "certificates",
  };
  return hosts.flatMap((host) =>
    openingsOf(host).flatMap(({ port = 0 }) => {
      const isCertified = port in paths && host.privateIp !== undefined;
      return isCertified
        ? [`https://${host.privateIp}:${port}/${paths[port as keyof typeof paths]}`]
        : [];
    }),
  );
}

/** Facts that the whole drill shares. */
export interface AttackFacts {
  hosts: readonly ScannedHost[];
  /** The cloud's API, such as `https://api.hetzner.cloud/v1`. */
  api: string;
}

/**
 * Attempts of each user of a host. Of other hosts' ports these are the ports of the table that are not open to the
 * host.
 */
export function triesOf(
  { hosts, api }: AttackFacts,
  host: ScannedHost,
): Omit<Tries, "processes" | "sockets"> {
  const table = new Set(hosts.flatMap(openingsOf).flatMap(({ port }) => port ?? []));
  const isPrivate = (address: string) => hosts.some(({ privateIp }) => privateIp === address);
  return {
    files: secretPlaces,
    folders: closedFolders,
    connections: targetsOf(host, hosts)
      .filter(({ address }) => isPrivate(address))
      .flatMap(({ address, tcp }) =>
        tcp.filter((port) => table.has(port)).map((port) => ({ address, port })),
      ),
    datagrams: outsidePorts.map((port) => ({ address: outside, port })),
    urls: [...metadata, `${api}/servers`, ...new Set(certifiedUrls(hosts))],
    accounts: [...new Set([...socketAccounts().keys(), ...namedAccounts])],
  };
}

/** User and host of an attack. */
export interface Attacker {
  host: ScannedHost;
  user: string;
  /** System users of the host's units. */
  byUnit: Readonly<Record<string, string>>;
}

/** True if a file's attributes let a user read the file; a system user's group has the user's name. */
function isReadable({ owner, group, mode }: FileAttributes, user: string): boolean {
  const bits = Number.parseInt(mode, 8);
  return owner === user || (group === user && (bits & 0o040) !== 0) || (bits & 0o004) !== 0;
}

/** True if a user may read a file with a secret. */
function mayRead({ host, user, byUnit }: Attacker, path: string): boolean {
  const [, unit] = /^\/run\/credentials\/([^/]+)\//.exec(path) ?? [];
  if (unit !== undefined) return byUnit[unit] === user;
  const secrets: Record<string, SecretFile> = Object.assign(
    {},
    brokerSecrets,
    ...servicesOf(host).map((service) => service.secrets ?? {}),
  );
  const file = secrets[path];
  if (file) return isReadable(file, user);
  return allowedOnHosts.some(
    ({ path: pattern, owners }) => owners.includes(user) && matches(pattern, path),
  );
}

/** True if a path is in one of the user's own folders, whose names come from the user's name in units and packages. */
function isOwn(user: string, path: string): boolean {
  const [, name] = /^\/(?:run|var\/lib)\/([^/]+)(?:\/|$)/.exec(path) ?? [];
  const more = user === "mysql" ? ["mysqld", "mysql-files", "mysql-keyring", "mysql-upgrade"] : [];
  return name !== undefined && [user, ...more].includes(name);
}

/** True if a user may call the cloud's API, which refuses callers without a token: docs/who-talks-to-whom.md. */
function mayCall({ host, user }: Attacker, api: string): boolean {
  const { port, protocol } = new URL(api);
  const at = Number(port || (protocol === "https:" ? 443 : 80));
  const callers = servicesOf(host).flatMap(({ callsOut = [] }) => callsOut);
  // The archiver may call the port of its bucket, which may be the API's.
  const hasArchiver = host.units.includes("webstack-archiver.service");
  const all = [...callers, ...(hasArchiver ? [{ user: archiverUser, port: at }] : [])];
  return all.some((one) => one.user === user && (one.port ?? at) === at);
}

/** True if a user may send datagrams to every address, as the app may by default. */
function maySend({ host, user }: Attacker): boolean {
  const callers = servicesOf(host).flatMap(({ callsOut = [] }) => callsOut);
  return callers.some((one) => one.user === user && one.udp);
}

function isException(user: string, { way, what }: Success, one: Exception): boolean {
  const isNamed = one.user === "*" || one.user === user;
  return (
    isNamed &&
    one.way === way &&
    matches(one.what, what) &&
    !one.but?.some((no) => matches(no, what))
  );
}

/** True if the services or the list of exceptions allow a success. */
export function isAllowed(facts: AttackFacts, by: Attacker, success: Success): boolean {
  const { way, what } = success;
  const { user } = by;
  if (exceptions.some((one) => isException(user, success, one))) return true;
  if (way === "reads") return mayRead(by, what) || isOwn(user, what);
  if (way === "writes" || way === "opens") return isOwn(user, what);
  if (way === "gets an answer from") return what.startsWith(facts.api) && mayCall(by, facts.api);
  if (way === "sends UDP to") return maySend(by);
  if (way === "logs in to MySQL as") return socketAccounts().get(what) === user;
  return false;
}
