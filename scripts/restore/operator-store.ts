import { connect } from "node:net";
import { Client, type ServerHostKeyAlgorithm } from "ssh2";
import { sftpSilenceMs } from "../../host/archiver/settings";
import { type ObjectStore, RefusedError, StoreError } from "../../host/archiver/store/object-store";
import type { S3Target } from "../../host/archiver/store/s3";
import { type SftpChannel, SftpConnection } from "../../host/archiver/store/sftp-session";
import { SftpStore } from "../../host/archiver/store/sftp-store";
import { reasonOf, type SftpTarget } from "../../host/archiver/store/ssh-channel";
import { keyAlgorithms, keyText } from "../../provider/host-key";
import { RetriedStore } from "./retried-store";
import { OldestVersions, VersionedBucket } from "./versioned-bucket";

/** An SFTP server with the private key that opens it. */
export interface KeyedSftp {
  sftp: SftpTarget;
  privateKey: string;
}

/** A target of backups as the operator's machine reaches it, with its secret. */
export type OperatorTarget = S3Target | KeyedSftp;

/** Connects to an SFTP server when a request needs it. */
export function sftpConnection({ sftp, privateKey }: KeyedSftp): SftpConnection {
  return new SftpConnection(() => sftpChannel(sftp, privateKey), sftpSilenceMs);
}

/** Opens a target from the operator's machine. */
export function operatorStore(target: OperatorTarget): SftpStore | VersionedBucket {
  if (!("sftp" in target)) return new VersionedBucket(target, () => new Date());
  return new SftpStore(sftpConnection(target), target.sftp.path);
}

/**
 * As {@link operatorStore}, for commands that read much: reads are repeated while the target does not answer.
 *
 * @param oldest true: objects are read as they were put first. @default false
 * @throws Error if the target keeps no versions.
 */
export function readingStore(target: OperatorTarget, oldest = false): ObjectStore {
  if (!oldest) return new RetriedStore(operatorStore(target));
  if (!("sftp" in target)) return new RetriedStore(new OldestVersions(target, () => new Date()));
  throw new Error(
    `--oldest-versions must be absent for an SFTP server, which keeps no versions; restore the folder on ${target.sftp.host} from a snapshot`,
  );
}

/** Longest wait for a login, milliseconds. */
const loginMs = 15_000;

/** True if the server answered with a refusal: of the key, or by another host key. */
function isRefusal(reason: string): boolean {
  return /^(Permission denied|Host key verification failed)/.test(reason);
}

/**
 * Connects to an SFTP server from the operator's machine, with a key that is in no file. The connection
 * does not keep the program running; a request that waits for its answer does.
 *
 * @throws StoreError if the server does not answer, has another host key, or refuses the key.
 */
export function sftpChannel(target: SftpTarget, privateKey: string): Promise<SftpChannel> {
  const { host, port, user } = target;
  const wanted = target.hostKey.split(" ").slice(0, 2).join(" ");
  const client = new Client();
  const sock = connect({ host, port, noDelay: true });
  return new Promise((resolve, reject) => {
    let last = "";
    let isOther = false;
    const fail = (reason: string) => {
      client.destroy();
      const Kind = isRefusal(reason) ? RefusedError : StoreError;
      reject(new Kind(reasonOf(reason, target)));
    };
    const closed = new Promise<void>((done) => client.once("close", () => done()));
    client.on("error", ({ message, level }) => {
      last = message;
      if (isOther) last = "Host key verification failed";
      if (level === "client-authentication") last = `Permission denied: ${message}`;
      fail(last);
    });
    void closed.then(() => fail(last));
    client.once("ready", () => {
      client.subsys("sftp", (error, stream) => {
        if (error) return fail(error.message);
        sock.unref();
        const ended = closed.then(() => reasonOf(last, target));
        stream.once("close", () => client.end());
        resolve({ input: stream, output: stream, ended, close: () => void client.destroy() });
      });
    });
    client.connect({
      ...{ sock, username: user, privateKey, readyTimeout: loginMs },
      algorithms: { serverHostKey: keyAlgorithms(wanted) as ServerHostKeyAlgorithm[] },
      hostVerifier: (key: Buffer) => {
        isOther = keyText(key) !== wanted;
        return !isOther;
      },
    });
  });
}
