import { readFileSync } from "node:fs";
import type { ObjectStore } from "./store/object-store";
import { S3Store, type S3Target } from "./store/s3";
import { SftpConnection } from "./store/sftp-session";
import { SftpStore } from "./store/sftp-store";
import { sshChannel, type SftpTarget } from "./store/ssh-channel";

/** Settings of a node's archiver, from the Pulumi program, in `/etc/webstack/archiver.json`. */
export interface Settings {
  /** Name of this node. */
  node: string;
  /** All database nodes, in order. */
  nodes: { name: string; privateIp: string }[];
  /** Prefix of all object keys, such as `webstack-dev`. */
  root: string;
  /** The target without its secret, which is a systemd credential. */
  target: StoreTarget;
  /** Recipient of age, such as `age1…`. */
  publicKey: string;
  /** Day of the week with whose first base a dump is taken, such as `sunday`, in UTC; `off`: only on request. */
  dumpOn: string;
  /**
   * Where this node's supervisor answers the proxies' checks, such as `http://10.0.4.11:9200`: it knows whether the
   * node's group is the valid one. Absent: there is no supervisor to ask.
   */
  confirm?: string;
}

/** Reads the settings. @throws Error if the file is missing. */
export function readSettings(path = "/etc/webstack/archiver.json"): Settings {
  return JSON.parse(readFileSync(path, "utf8")) as Settings;
}

/**
 * Opens the target, with the secret from systemd's credentials.
 *
 * @throws Error if the secret of a bucket is missing.
 */
export function targetStore({ target }: Pick<Settings, "target">): ObjectStore {
  const secret = `${process.env.CREDENTIALS_DIRECTORY}/secret`;
  const known = process.env.WEBSTACK_ARCHIVER_KNOWN_HOSTS ?? "/etc/webstack/archiver-known-hosts";
  return openStore(target, { secret, knownHosts: known }, (path) => readFileSync(path, "utf8"));
}

/** A target of backups without its secret: a bucket, or a folder on an SFTP server. */
export type StoreTarget = Omit<S3Target, "secretAccessKey"> | { sftp: SftpTarget };

/** Longest time without an answer of an SFTP server, milliseconds. */
export const sftpSilenceMs = 30_000;

/** Files that a host reads the access to a target from. */
export interface AccessFiles {
  /** The secret of the bucket, or the private key for the SFTP server. */
  secret: string;
  /** The key that the SFTP server must have, as a file of known hosts. */
  knownHosts: string;
}

/**
 * Opens a target from a host. An SFTP server is connected to at the first request.
 *
 * @param readText reads a file.
 */
export function openStore(
  target: StoreTarget,
  { secret, knownHosts }: AccessFiles,
  readText: (path: string) => string,
): ObjectStore {
  if (!("sftp" in target)) {
    const secretAccessKey = readText(secret).trim();
    return new S3Store({ ...target, secretAccessKey }, () => new Date());
  }
  const { sftp } = target;
  const connect = () => sshChannel(sftp, secret, knownHosts);
  return new SftpStore(new SftpConnection(connect, sftpSilenceMs), sftp.path);
}
