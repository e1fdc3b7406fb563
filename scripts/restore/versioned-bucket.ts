import { randomUUID } from "node:crypto";
import { RefusedError, StoreError } from "../../host/archiver/store/object-store";
import { failure, type RequestArgs, S3Store, text } from "../../host/archiver/store/s3";
import { askDeletion } from "../prune/removers";

/** A version of an object. */
export interface ObjectVersion {
  key: string;
  id: string;
  etag: string;
  isLatest: boolean;
  /** True: the object was deleted by then, and this entry has no content. */
  isDeletion: boolean;
}

/** A bucket as the operator's machine reads it: with the versions of its objects. */
export class VersionedBucket extends S3Store {
  /**
   * Whether the bucket keeps overwritten objects: `Enabled`, `Suspended`, or empty if it never did.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html
   *
   * @throws RefusedError if the access key has no `s3:GetBucketVersioning`, StoreError if the store fails.
   */
  async versioning(): Promise<string> {
    const page = await this.answerOf({ versioning: "" });
    return /<Status>([^<]*)</.exec(page)?.[1] ?? "";
  }

  /**
   * The first right to delete that the access key has; undefined: it has none. Tried on an object of a random name, which
   * does not exist: a store looks at the rights first. An accepted deletion without a version leaves a mark of that name in
   * a bucket with versions. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
   *
   * @throws StoreError for another answer than a deletion or a refusal of the access.
   */
  async rightToDelete(): Promise<string | undefined> {
    const key = `webstack-doctor/${randomUUID()}`;
    const tries = { "s3:DeleteObjectVersion": "null", "s3:DeleteObject": undefined };
    for (const [right, version] of Object.entries(tries)) {
      const answer = await askDeletion(this.target, key, new Date(), version);
      const [, code = ""] = /<Code>([^<]*)</.exec(await answer.text()) ?? [];
      if (answer.ok || answer.status === 404) return right;
      if (answer.status === 403 && code === "AccessDenied") continue;
      const Kind = answer.status < 500 ? RefusedError : StoreError;
      throw new Kind(`DELETE ${key} failed with status ${answer.status} ${code}`.trim());
    }
    return undefined;
  }

  /**
   * Versions of the objects whose keys begin so, in order of the keys, the newest of each first.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
   *
   * @throws RefusedError if the access key has no `s3:ListBucketVersions`, StoreError if the store fails.
   */
  async *versions(prefix: string): AsyncGenerator<ObjectVersion> {
    let marker: Record<string, string> | undefined = {};
    while (marker) {
      const page = await this.answerOf({ versions: "", prefix, ...marker });
      for (const [, kind, entry = ""] of page.matchAll(/<(Version|DeleteMarker)>([^]*?)<\/\1>/g)) {
        const field = (name: string) => new RegExp(`<${name}>([^<]*)<`).exec(entry)?.[1] ?? "";
        const [key, id, etag] = [field("Key"), field("VersionId"), field("ETag")];
        const isLatest = field("IsLatest") === "true";
        yield { key, id, etag, isLatest, isDeletion: kind === "DeleteMarker" };
      }
      const next = /<NextKeyMarker>([^<]*)</.exec(page)?.[1];
      const version = /<NextVersionIdMarker>([^<]*)</.exec(page)?.[1];
      marker = next ? { "key-marker": next, "version-id-marker": version ?? "" } : undefined;
    }
  }

  private async answerOf(query: Record<string, string>): Promise<string> {
    const answer = await this.ask({ method: "GET", key: "", query });
    const page = await text(answer);
    const what = Object.keys(query)[0]!;
    if (answer.statusCode !== 200) throw failure("GET", `?${what}`, answer, page);
    return page;
  }
}

/**
 * A bucket whose objects are read as they were put first: the archive never overwrites an object. An object that is
 * deleted now does not exist.
 */
export class OldestVersions extends VersionedBucket {
  protected override async ask(request: RequestArgs) {
    if (request.key === "" || request.method === "PUT") return super.ask(request);
    const id = await this.oldestOf(request.key);
    if (id === undefined) return super.ask(request);
    return super.ask({ ...request, query: { ...request.query, versionId: id } });
  }

  /** Id of the oldest version of an object; undefined: the object does not exist. */
  private async oldestOf(key: string): Promise<string | undefined> {
    let oldest: string | undefined;
    for await (const one of this.versions(key)) {
      if (one.key !== key && oldest !== undefined) break;
      if (one.key !== key) continue;
      if (one.isLatest && one.isDeletion) return undefined;
      if (!one.isDeletion) oldest = one.id;
    }
    return oldest;
  }
}

/** What to do about an object that is not what was put there. */
export const overwrittenHint =
  "If an object was overwritten, --oldest-versions reads what was put first, from a bucket that keeps versions";

/** What a look for overwritten objects found. */
export interface Overwritten {
  count: number;
  /** The first keys, at most ten. */
  keys: string[];
}

/** Objects that have versions of different content. Equal ones are one upload whose answer was lost. */
export async function overwrittenIn(
  bucket: Pick<VersionedBucket, "versions">,
  prefix: string,
): Promise<Overwritten> {
  const found: Overwritten = { count: 0, keys: [] };
  let first: ObjectVersion | undefined;
  let isCounted = false;
  for await (const one of bucket.versions(prefix)) {
    if (one.isDeletion) continue;
    if (first?.key !== one.key) [first, isCounted] = [one, false];
    if (isCounted || one.etag === first!.etag) continue;
    isCounted = true;
    found.count += 1;
    if (found.keys.length < 10) found.keys.push(one.key);
  }
  return found;
}
