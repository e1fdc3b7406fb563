import { readdirSync } from "node:fs";
import { join } from "node:path";
import { SftpConnection } from "../../../host/archiver/store/sftp-session";
import { SftpStore } from "../../../host/archiver/store/sftp-store";
import type { TestFileStorage } from "../../../localcloud/test/support/test-file-storage";
import { sftpChannel } from "../../../scripts/restore/operator-store";

/** A store on a server, with what differs from what is right. */
export function storeOn(
  storage: TestFileStorage,
  differs: object = {},
  privateKey = storage.writer.privateKey,
  silenceMs = 5_000,
): SftpStore {
  const place = { ...storage.place, ...differs };
  return new SftpStore(
    new SftpConnection(() => sftpChannel(place, privateKey), silenceMs),
    place.path,
  );
}

/** Names of all files on a server. */
export function filesOn({ root }: TestFileStorage): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1))
    .sort();
}
