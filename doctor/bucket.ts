import { type Finding, findingsOf } from "./finding";

const { ok, note, warning, failure } = findingsOf("backups");

/** A bucket as far as it is read here. @throws Error if the store refuses or does not answer. */
export interface Listed {
  list(prefix: string, after?: string, most?: number): Promise<string[]>;
}

/**
 * Whether the bucket of the backups opens with its keys: one key is listed. That the keys may also put is
 * not tried, since nothing is made.
 *
 * @param bucket `none`: no backups are set; `unknown`: they are, but not how to reach them from here.
 */
export async function bucketFindings(bucket: Listed | "none" | "unknown"): Promise<Finding[]> {
  if (bucket === "unknown") return [note("the bucket was not looked at")];
  if (bucket === "none") {
    return [
      warning(
        "there are no backups: what is lost on all database nodes is lost for good",
        "set webstack:backups, see docs/backups.md",
      ),
    ];
  }
  try {
    await bucket.list("", "", 1);
    return [ok("the bucket is there and the keys may list it")];
  } catch (error) {
    return [
      failure(
        `the bucket of webstack:backups.target does not open: ${(error as Error).message}`,
        "look at endpoint, bucket, region and keys of webstack:backups.target",
      ),
    ];
  }
}
