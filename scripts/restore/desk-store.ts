import type { ObjectStore } from "../../host/archiver/store/object-store";
import { sftpSilenceMs } from "../../host/archiver/settings";
import { S3Store, type S3Target } from "../../host/archiver/store/s3";
import { SftpConnection } from "../../host/archiver/store/sftp-session";
import { SftpStore } from "../../host/archiver/store/sftp-store";
import type { SftpTarget } from "../../host/archiver/store/ssh-channel";
import { sftpChannel } from "./sftp-channel";

/** An SFTP server with the private key that opens it. */
export interface KeyedSftp {
  sftp: SftpTarget;
  privateKey: string;
}

/** A target of backups as the operator's machine reaches it, with its secret. */
export type DeskTarget = S3Target | KeyedSftp;

/** Connects to an SFTP server when a request needs it. */
export function sftpConnection({ sftp, privateKey }: KeyedSftp): SftpConnection {
  return new SftpConnection(() => sftpChannel(sftp, privateKey), sftpSilenceMs);
}

/** Opens a target from the operator's machine. */
export function deskStore(target: DeskTarget): ObjectStore {
  if (!("sftp" in target)) return new S3Store(target, () => new Date());
  return new SftpStore(sftpConnection(target), target.sftp.path);
}
