import type { StorageRequest } from "./messages";
import type { Objects } from "./objects";
import { S3Error } from "./s3-error";

/** @throws S3Error if that key may not be put now: nobody overwrites. */
export function checkPut(objects: Objects, { bucket, key, headers }: StorageRequest): void {
  if (!objects.find(bucket, key)) return;
  if (headers["if-none-match"] === "*") throw new S3Error("PreconditionFailed", `${key} is there`);
  throw new S3Error("AccessDenied", `${key} may not be overwritten`);
}
