import type { Objects, StoredVersion } from "./objects";
import { escaped, type StorageAnswer } from "./messages";

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
export function versionList(
  objects: Objects,
  bucket: string,
  query: URLSearchParams,
): StorageAnswer {
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
