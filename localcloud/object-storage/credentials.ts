import { readFileSync } from "node:fs";
import { z } from "zod";

const pair = z.strictObject({
  accessKeyId: z.string().min(4),
  secretAccessKey: z.string().min(16),
});

const shape = z.strictObject({
  /** Names of the buckets that there are. */
  buckets: z.array(z.string().regex(/^[a-z0-9][a-z0-9-]{2,62}$/)).min(1),
  region: z.string().min(1),
  /** Puts what is not there, gets, lists; overwrites and deletes nothing. */
  writer: pair,
  /** Lists and deletes; puts and reads nothing. */
  keeper: pair,
});

/** Buckets, and who may use them. */
export type StorageAccess = z.infer<typeof shape>;

/** Reads them from a file. @throws Error that names what is wrong in it. */
export function readStorageAccess(file: string): StorageAccess {
  const parsed = shape.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
