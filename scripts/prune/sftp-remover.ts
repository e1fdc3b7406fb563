import { posix } from "node:path";
import { entriesOf, removeFile } from "../../host/archiver/store/sftp-files";
import type { SftpConnection } from "../../host/archiver/store/sftp-session";
import { pathOf, uploadsFolder } from "../../host/archiver/store/sftp-store";

/** Age from which an upload that did not end is deleted, seconds: no upload takes that long. */
const abandonedSeconds = 24 * 3_600;
/** Deletions at the same time. */
const together = 16;

/** Deletes files of an SFTP server; `host/` has nothing that deletes an object. */
export class SftpRemover {
  constructor(
    private readonly connection: SftpConnection,
    private readonly folder: string,
  ) {}

  /** Deletes in that order, some at a time. @throws Error at the first that is refused. */
  async remove(keys: readonly string[]): Promise<void> {
    for (let i = 0; i < keys.length; i += together) {
      await Promise.all(keys.slice(i, i + together).map((key) => this.removeOne(key)));
    }
  }

  /** Deletes uploads that a cut connection left, and returns their number. */
  async removeAbandoned(nowMs: number): Promise<number> {
    const session = await this.connection.session();
    const uploads = posix.join(this.folder, uploadsFolder);
    const old = (await entriesOf(session, uploads)).filter(
      ({ modified }) => modified > 0 && nowMs / 1_000 - modified > abandonedSeconds,
    );
    for (const { name } of old) await removeFile(session, posix.join(uploads, name));
    return old.length;
  }

  private async removeOne(key: string): Promise<void> {
    try {
      await removeFile(await this.connection.session(), pathOf(this.folder, key));
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`DELETE ${key}: ${message}; what is left goes with the next run`, {
        cause: error,
      });
    }
  }
}
