import { posix } from "node:path";
import type { S3Target } from "../../host/archiver/store/s3";
import { entriesOf, removeFile } from "../../host/archiver/store/sftp-files";
import type { SftpConnection } from "../../host/archiver/store/sftp-session";
import { pathOf, uploadsFolder } from "../../host/archiver/store/sftp-store";
import { signHeaders } from "../../host/archiver/store/signature";

/** Longest time for one deletion, milliseconds. */
const answerMs = 30_000;
/** Number of deletions at the same time, and of attempts for each. */
const limits = { together: 8, tries: 4 };

/** Deletes objects with a separate access key; no program of `host/` can delete objects. */
export class Remover {
  constructor(
    private readonly target: S3Target,
    private readonly now: () => Date,
  ) {}

  /** Deletes the objects in their order, some at a time. @throws Error at the first refused deletion. */
  async remove(keys: readonly string[]): Promise<void> {
    for (let i = 0; i < keys.length; i += limits.together) {
      await Promise.all(keys.slice(i, i + limits.together).map((key) => this.removeOne(key)));
    }
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
  private async removeOne(key: string): Promise<void> {
    let last = "";
    for (let i = 0; i < limits.tries; i += 1) {
      const asked = askDeletion(this.target, key, this.now());
      const answer = await asked.catch((error: Error) => error);
      if (answer instanceof Error) last = answer.message;
      else {
        const body = await answer.text();
        if (answer.ok || answer.status === 404) return;
        const [, code = ""] = /<Code>([^<]*)</.exec(body) ?? [];
        last = `${answer.status} ${code}`.trim();
        if (answer.status < 500) break;
      }
    }
    throw new Error(`DELETE ${key} was answered ${last}; what is left goes with the next run`);
  }
}

/**
 * Asks a bucket to delete an object.
 *
 * @param version id of the version to delete. @default the object, which leaves its versions in a bucket that keeps them
 */
export function askDeletion(
  target: S3Target,
  key: string,
  now: Date,
  version?: string,
): Promise<Response> {
  const url = new URL(`/${target.bucket}/${key}`, target.endpoint);
  if (version !== undefined) url.searchParams.set("versionId", version);
  const at = now.toISOString().replace(/[-:]|\.\d+/g, "");
  // SHA-256 of nothing.
  const bodySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const headers = signHeaders(target, { method: "DELETE", url, bodySha256, headers: {}, at });
  return fetch(url, { method: "DELETE", headers, signal: AbortSignal.timeout(answerMs) });
}

/** Age from which an upload that did not end is deleted, seconds: no upload takes that long. */
const abandonedSeconds = 24 * 3_600;
/** Deletions at the same time. */
const filesTogether = 16;

/** Deletes files of an SFTP server; `host/` has nothing that deletes an object. */
export class SftpRemover {
  constructor(
    private readonly connection: SftpConnection,
    private readonly folder: string,
  ) {}

  /** Deletes the objects in their order, some at a time. @throws Error at the first refused deletion. */
  async remove(keys: readonly string[]): Promise<void> {
    for (let i = 0; i < keys.length; i += filesTogether) {
      await Promise.all(keys.slice(i, i + filesTogether).map((key) => this.removeOne(key)));
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
