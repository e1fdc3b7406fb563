import { createHash } from "node:crypto";
import { checkPut, type Objects, type StoredObject, type StoredVersion } from "./objects";
import type { StorageKeys } from "./access";
import { type StorageAnswer, type StorageRequest, escaped, S3Error } from "./messages";
import type { Multipart } from "./multipart";

/** Most keys of one page of a list. */
const pageKeys = 1_000;

/** What requests work on. */
export interface Storage {
  access: StorageKeys;
  objects: Objects;
  multipart: Multipart;
  now: () => Date;
}

/** Does what is asked. @throws S3Error if it is not allowed, or not to be had. */
export function answerTo(storage: Storage, request: StorageRequest): StorageAnswer {
  const { method, bucket, key, query, headers, body } = request;
  if (!storage.objects.has(bucket)) throw new S3Error("NoSuchBucket", `no bucket ${bucket}`);
  const sum = String(headers["x-amz-content-sha256"] ?? "");
  const isPlain = /^[0-9a-f]{64}$/.test(sum);
  if (!isPlain && sum !== "UNSIGNED-PAYLOAD") throw new S3Error("NotImplemented", `payload ${sum}`);
  if (isPlain && createHash("sha256").update(body).digest("hex") !== sum) {
    throw new S3Error("XAmzContentSHA256Mismatch", "the body is not the one that was signed");
  }
  if (key === "") return ofBucket(storage, request);
  checkMay(request);
  if (query.has("uploads") || query.has("uploadId")) return storage.multipart.answer(request);
  const isRead = method === "GET" || method === "HEAD";
  if ([...query.keys()].some((name) => name !== "x-id" && !(isRead && name === "versionId"))) {
    throw new S3Error("NotImplemented", `${method} with ${[...query.keys()].join(", ")}`);
  }
  if (method === "PUT") return put(storage, request);
  if (isRead) return get(storage, request);
  if (method === "DELETE") return remove(storage, request);
  throw new S3Error("MethodNotAllowed", `method ${method}`);
}

/** The writer deletes nothing, the keeper does nothing else; both list. */
function checkMay({ who, method, key, query }: StorageRequest): void {
  const deletes = method === "DELETE" && !query.has("uploadId");
  if (deletes === (who === "keeper") && !(deletes && query.has("versionId"))) return;
  throw new S3Error("AccessDenied", `${method} ${key} is not for the ${who}`);
}

function ofBucket(storage: Storage, { method, bucket, query }: StorageRequest): StorageAnswer {
  if (method === "HEAD") return { status: 200 };
  if (method === "GET" && query.has("versions")) return versionList(storage.objects, bucket, query);
  if (method === "GET" && query.has("versioning")) return versioningOf(storage.objects);
  if (query.has("versioning")) throw new S3Error("AccessDenied", "neither key changes the bucket");
  if (method !== "GET" || query.get("list-type") !== "2") {
    throw new S3Error("NotImplemented", `${method} of a bucket other than list type 2`);
  }
  return list(storage, bucket, query);
}

function put(storage: Storage, request: StorageRequest): StorageAnswer {
  const condition = request.headers["if-none-match"];
  if (condition !== undefined && condition !== "*")
    throw new S3Error("NotImplemented", `if-none-match: ${String(condition)}`);
  checkPut(storage.objects, request);
  const { bucket, key, body } = request;
  const { etag } = storage.objects.put(bucket, key, body, storage.now());
  return { status: 200, headers: { etag: `"${etag}"` } };
}

function get(
  { objects }: Storage,
  { method, bucket, key, headers, query }: StorageRequest,
): StorageAnswer {
  const id = query.get("versionId") ?? objects.find(bucket, key)?.version;
  if (id === undefined) throw new S3Error("NoSuchKey", `no object ${key}`);
  const object = objects.version(bucket, key, id);
  if (!object) throw new S3Error("NoSuchVersion", `no version ${id} of ${key}`);
  const known = {
    etag: `"${object.etag}"`,
    "last-modified": new Date(object.modified).toUTCString(),
    "accept-ranges": "bytes",
  };
  if (method === "HEAD") {
    return { status: 200, headers: { ...known, "content-length": String(object.bytes) } };
  }
  const content = objects.content(bucket, key, id);
  const range = /^bytes=(\d+)-(\d*)$/.exec(String(headers.range ?? ""));
  if (!range) return { status: 200, headers: known, body: content };
  const from = Number(range[1]);
  const to = Math.min(range[2] ? Number(range[2]) : content.length, content.length - 1);
  if (from > to) throw new S3Error("InvalidRange", `${String(headers.range)} of ${object.bytes}`);
  const place = { "content-range": `bytes ${from}-${to}/${object.bytes}` };
  return { status: 206, headers: { ...known, ...place }, body: content.subarray(from, to + 1) };
}

/** A bucket that never had versions has no status. */
function versioningOf({ isVersioned }: Objects): StorageAnswer {
  const status = isVersioned ? "<Status>Enabled</Status>" : "";
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<VersioningConfiguration>${status}</VersioningConfiguration>`;
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}

function remove({ objects }: Storage, { bucket, key }: StorageRequest): StorageAnswer {
  objects.remove(bucket, key);
  return { status: 204 };
}

function list({ objects }: Storage, bucket: string, query: URLSearchParams): StorageAnswer {
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  const token = query.get("continuation-token");
  const after = token ? Buffer.from(token, "base64url").toString() : query.get("start-after");
  const most = Math.min(Number(query.get("max-keys") ?? pageKeys), pageKeys);
  if (delimiter !== "") throw new S3Error("NotImplemented", "list with a delimiter");
  const all = objects.list(bucket, prefix, after ?? "");
  const page = all.slice(0, most);
  const isTruncated = all.length > page.length;
  const next = Buffer.from(page.at(-1)?.key ?? "").toString("base64url");
  const xml = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<ListBucketResult><Name>${bucket}</Name><Prefix>${escaped(prefix)}</Prefix>`,
    `<KeyCount>${page.length}</KeyCount><MaxKeys>${most}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>`,
    ...(isTruncated ? [`<NextContinuationToken>${next}</NextContinuationToken>`] : []),
    ...page.map(entry),
    "</ListBucketResult>",
  ].join("\n");
  return { status: 200, headers: { "content-type": "application/xml" }, body: xml };
}

function entry({ key, bytes, etag, modified }: StoredObject): string {
  return `<Contents><Key>${escaped(key)}</Key><LastModified>${modified}</LastModified><ETag>&#34;${etag}&#34;</ETag><Size>${bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
}

/** Most versions of one page. */
const pageVersions = 1_000;

interface Entry extends StoredVersion {
  key: string;
  isLatest: boolean;
}

/**
 * Lists all versions, the newest of each key first, in pages.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
function versionList(objects: Objects, bucket: string, query: URLSearchParams): StorageAnswer {
  const all = objects
    .list(bucket, query.get("prefix") ?? "", "")
    .flatMap(({ key, earlier, ...latest }): Entry[] => [
      { ...latest, key, isLatest: true },
      ...earlier.map((one) => ({ ...one, key, isLatest: false })),
    ]);
  const [afterKey, afterVersion] = [query.get("key-marker"), query.get("version-id-marker")];
  const isMarker = ({ key, version }: Entry) => key === afterKey && version === afterVersion;
  const start = afterKey === null ? 0 : all.findIndex(isMarker) + 1;
  const most = Math.min(Number(query.get("max-keys") ?? pageVersions), pageVersions);
  const page = all.slice(start, start + most);
  const isTruncated = start + page.length < all.length;
  const last = page.at(-1);
  const next = `<NextKeyMarker>${escaped(last?.key ?? "")}</NextKeyMarker><NextVersionIdMarker>${last?.version}</NextVersionIdMarker>`;
  const body = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<ListVersionsResult><Name>${bucket}</Name><IsTruncated>${isTruncated}</IsTruncated>`,
    ...(isTruncated ? [next] : []),
    ...page.map(versionXml),
    "</ListVersionsResult>",
  ].join("\n");
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}

function versionXml({ key, version, isLatest, etag, bytes, modified }: Entry): string {
  return `<Version><Key>${escaped(key)}</Key><VersionId>${version}</VersionId><IsLatest>${isLatest}</IsLatest><LastModified>${modified}</LastModified><ETag>&#34;${etag}&#34;</ETag><Size>${bytes}</Size></Version>`;
}
