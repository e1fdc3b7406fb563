import { type Finding, findingsOf } from "./finding";

const { ok, note, warning, failure } = findingsOf("backups");

/** The part of a bucket's interface that the doctor uses. @throws Error if the store refuses or does not answer. */
export interface Listed {
  list(prefix: string, after?: string, most?: number): Promise<string[]>;
}

/**
 * Checks that the keys of the backups' bucket may list it, with one object. The check does not try whether the keys
 * may also put objects, because the doctor creates nothing.
 *
 * @param bucket `none`: no backups are set; `unknown`: backups are set, but this machine cannot reach the bucket.
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
        "look at endpoint, bucket, region and keys of webstack:backups.target, or at its sftp",
      ),
    ];
  }
}
