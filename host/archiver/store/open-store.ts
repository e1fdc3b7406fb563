import type { ObjectStore } from "./object-store";
import { S3Store, type S3Target } from "./s3";
import { SftpConnection } from "./sftp-session";
import { SftpStore } from "./sftp-store";
import { sshChannel, type SftpTarget } from "./ssh-channel";

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
