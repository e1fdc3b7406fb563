import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type StorageRequest, S3Error } from "./messages";

/** What is known of an object. */
export interface StoredObject {
  key: string;
  bytes: number;
  /** MD5 of the content, or for one of several parts what S3 makes of theirs. */
  etag: string;
  /** As ISO 8601 in UTC. */
  modified: string;
}

/** Objects of the buckets, each in two files of a folder. */
export class Objects {
  private readonly buckets = new Map<string, Map<string, StoredObject>>();

  constructor(
    private readonly folder: string,
    buckets: readonly string[],
  ) {
    for (const bucket of buckets) this.buckets.set(bucket, this.load(bucket));
  }

  has(bucket: string): boolean {
    return this.buckets.has(bucket);
  }

  find(bucket: string, key: string): StoredObject | undefined {
    return this.buckets.get(bucket)?.get(key);
  }

  content(bucket: string, key: string): Buffer {
    return readFileSync(this.path(bucket, key));
  }

  put(bucket: string, key: string, content: Buffer, now: Date, etag = md5(content)): StoredObject {
    const object = { key, bytes: content.length, etag, modified: now.toISOString() };
    const path = this.path(bucket, key);
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

  remove(bucket: string, key: string): void {
    const path = this.path(bucket, key);
    for (const name of [`${path}.json`, path]) rmSync(name, { force: true });
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

  /** Bytes of all objects. */
  get bytes(): number {
    const all = [...this.buckets.values()].flatMap((objects) => [...objects.values()]);
    return all.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  private load(bucket: string): Map<string, StoredObject> {
    const folder = join(this.folder, bucket);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const objects = readdirSync(folder)
      .filter((name) => name.endsWith(".json") && existsSync(join(folder, name.slice(0, -5))))
      .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as StoredObject);
    return new Map(objects.map((object) => [object.key, object]));
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

/** @throws S3Error if that key may not be put now: nobody overwrites. */
export function checkPut(objects: Objects, { bucket, key, headers }: StorageRequest): void {
  if (!objects.find(bucket, key)) return;
  if (headers["if-none-match"] === "*") throw new S3Error("PreconditionFailed", `${key} is there`);
  throw new S3Error("AccessDenied", `${key} may not be overwritten`);
}
