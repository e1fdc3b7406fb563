import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type StorageRequest, S3Error } from "./messages";

/** What is known of one version of an object. */
export interface StoredVersion {
  bytes: number;
  /** MD5 of the content, or for one of several parts what S3 makes of theirs. */
  etag: string;
  /** As ISO 8601 in UTC. */
  modified: string;
  /** Id of the version; `null`, as in S3: put while the bucket kept no versions. */
  version: string;
}

/** What is known of an object. */
export interface StoredObject extends StoredVersion {
  key: string;
  /** Versions that were overwritten, newest first. */
  earlier: StoredVersion[];
}

/** Objects of the buckets, each in two files of a folder, and one more for each overwritten version. */
export class Objects {
  private readonly buckets = new Map<string, Map<string, StoredObject>>();

  constructor(
    private readonly folder: string,
    buckets: readonly string[],
    /** True if an overwritten object stays as an earlier version. */
    readonly isVersioned = true,
  ) {
    for (const bucket of buckets) this.buckets.set(bucket, this.load(bucket));
  }

  has(bucket: string): boolean {
    return this.buckets.has(bucket);
  }

  find(bucket: string, key: string): StoredObject | undefined {
    return this.buckets.get(bucket)?.get(key);
  }

  /** A version of an object; undefined: there is none of that id. */
  version(bucket: string, key: string, id: string): StoredVersion | undefined {
    const object = this.find(bucket, key);
    return object && [object, ...object.earlier].find(({ version }) => version === id);
  }

  content(bucket: string, key: string, id?: string): Buffer {
    const isEarlier = id !== undefined && id !== this.find(bucket, key)?.version;
    return readFileSync(this.path(bucket, key) + (isEarlier ? `.${id}` : ""));
  }

  put(bucket: string, key: string, content: Buffer, now: Date, etag = md5(content)): StoredObject {
    const path = this.path(bucket, key);
    const earlier = this.keepFormer(bucket, key);
    const version = this.isVersioned ? randomBytes(8).toString("hex") : "null";
    const known = { bytes: content.length, etag, modified: now.toISOString(), version };
    const object = { key, ...known, earlier };
    for (const [name, bytes] of [
      [path, content],
      [`${path}.json`, JSON.stringify(object)],
    ] as const) {
      writeFileSync(`${name}.draft`, bytes, { mode: 0o600 });
      renameSync(`${name}.draft`, name);
    }
    this.buckets.get(bucket)!.set(key, object);
    return object;
  }

  /** Removes an object with its earlier versions. */
  remove(bucket: string, key: string): void {
    const path = this.path(bucket, key);
    const earlier = this.find(bucket, key)?.earlier ?? [];
    const names = earlier.map(({ version }) => `${path}.${version}`);
    for (const name of [`${path}.json`, path, ...names]) rmSync(name, { force: true });
    this.buckets.get(bucket)?.delete(key);
  }

  /** Objects whose keys begin so, in order of their bytes, those after `after` alone. */
  list(bucket: string, prefix: string, after: string): StoredObject[] {
    return [...(this.buckets.get(bucket)?.values() ?? [])]
      .filter(({ key }) => key.startsWith(prefix) && isAfter(key, after))
      .sort((a, b) => (isAfter(a.key, b.key) ? 1 : -1));
  }

  /** Changes bytes of an object without a word: a disk that rots. */
  corrupt(bucket: string, key: string): void {
    const content = this.content(bucket, key);
    const at = Math.floor(content.length / 2);
    for (let i = at; i < Math.min(at + 4, content.length); i += 1) content[i]! ^= 0xff;
    writeFileSync(this.path(bucket, key), content);
  }

  /** Bytes of all objects with their earlier versions. */
  get bytes(): number {
    const all = [...this.buckets.values()].flatMap((objects) => [...objects.values()]);
    const versions = all.flatMap((object) => [object, ...object.earlier]);
    return versions.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Makes the present version of an object an earlier one, if versions are kept; returns the earlier versions. */
  private keepFormer(bucket: string, key: string): StoredVersion[] {
    const former = this.find(bucket, key);
    if (!former || !this.isVersioned) return former?.earlier ?? [];
    const { bytes, etag, modified, version, earlier } = former;
    const path = this.path(bucket, key);
    rmSync(`${path}.${version}`, { force: true });
    linkSync(path, `${path}.${version}`);
    return [{ bytes, etag, modified, version }, ...earlier];
  }

  private load(bucket: string): Map<string, StoredObject> {
    const folder = join(this.folder, bucket);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const objects = readdirSync(folder)
      .filter((name) => name.endsWith(".json") && existsSync(join(folder, name.slice(0, -5))))
      .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as StoredObject);
    // A file of an earlier program has no versions.
    const before = { version: "null", earlier: [] };
    return new Map(objects.map((object) => [object.key, { ...before, ...object }]));
  }

  private path(bucket: string, key: string): string {
    return join(this.folder, bucket, createHash("sha256").update(key).digest("hex"));
  }
}

function isAfter(key: string, after: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
}

/** MD5 in hexadecimal digits. */
export function md5(content: Buffer | string): string {
  return createHash("md5").update(content).digest("hex");
}

/**
 * A policy of S3 that lets a key put objects lets it overwrite them too; only the condition of a request prevents that.
 *
 * @throws S3Error if a request puts under the condition that the key is free, and it is not.
 */
export function checkPut(objects: Objects, { bucket, key, headers }: StorageRequest): void {
  if (headers["if-none-match"] !== "*" || !objects.find(bucket, key)) return;
  throw new S3Error("PreconditionFailed", `${key} is there`);
}
