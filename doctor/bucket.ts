import { type Finding, findingsOf } from "./finding";

const { ok, note, warning, failure } = findingsOf("backups");

/** The part of a bucket's interface that the doctor uses. @throws Error if the store refuses or does not answer. */
export interface Listed {
  list(prefix: string, after?: string, most?: number): Promise<string[]>;
  /** Whether the bucket keeps overwritten objects: `Enabled`, or another word. Absent: the store is no bucket. */
  versioning?(): Promise<string>;
  /** First right to delete that the keys have, such as `s3:DeleteObject`; undefined: none. Absent: the store is no bucket. */
  rightToDelete?(): Promise<string | undefined>;
}

/** A target of backups; `none`: it is not set; `unknown`: it is set, but this machine cannot reach it. */
export type BackupListing = Listed | "none" | "unknown";

/**
 * Checks that the keys of the backups' bucket may list it, with one object, and may delete nothing. The check does not
 * try whether the keys may also put objects, because the doctor creates nothing.
 */
export async function bucketFindings(bucket: BackupListing): Promise<Finding[]> {
  if (bucket === "unknown") return [notLookedAt("webstack:backups.target")];
  if (bucket === "none") {
    return [
      warning(
        "there are no backups: what is lost on all database nodes is lost for good",
        "set webstack:backups, see docs/backups.md",
      ),
    ];
  }
  return opened(bucket, "the bucket", "webstack:backups.target", failure);
}

/** Checks that the keys of the copy may list it. An `up` needs no copy, so nothing here makes it fail. */
export async function copyFindings(copy: BackupListing): Promise<Finding[]> {
  if (copy === "none") return [];
  if (copy === "unknown") return [notLookedAt("webstack:backups.copy")];
  return opened(copy, "the copy", "webstack:backups.copy", warning);
}

function notLookedAt(setting: string): Finding {
  return note(
    `${setting} was not looked at: no key of it can be read here`,
    "give what decrypts the stack's secrets, or start the local cloud; after an up, npm run db:status tells",
  );
}

async function opened(
  store: Listed,
  what: string,
  setting: string,
  bad: typeof failure | typeof warning,
): Promise<Finding[]> {
  try {
    await store.list("", "", 1);
  } catch (error) {
    const remedy = `look at endpoint, bucket, region and keys of ${setting}, or at its sftp`;
    return [bad(`${what} of ${setting} does not open: ${(error as Error).message}`, remedy)];
  }
  return [
    ok(`${what} is there and the keys may list it`),
    ...(await versioned(store, what)),
    await undeleted(store, what, setting),
  ];
}

/** Whoever has a database host has its key, so the key must not be able to delete backups. */
async function undeleted(store: Listed, what: string, setting: string): Promise<Finding> {
  if (!store.rightToDelete) {
    return note(
      `the key of ${setting} may delete what it wrote, as on every SFTP server`,
      "let the server take snapshots that this key cannot delete, see docs/backups.md",
    );
  }
  const fix =
    "deny the access key all that docs/backups.md does not list, by a policy of the bucket";
  try {
    const right = await store.rightToDelete();
    if (right === undefined) return ok(`${what} lets the keys delete nothing`);
    return warning(
      `the access key of ${setting} may delete (${right}), so whoever has it can delete every backup`,
      fix,
    );
  } catch (error) {
    return warning(`whether the keys may delete was not told: ${(error as Error).message}`, fix);
  }
}

/** An access key that puts objects can overwrite all of them; only earlier versions protect from that. */
async function versioned(store: Listed, what: string): Promise<Finding[]> {
  if (!store.versioning) return [];
  try {
    const status = await store.versioning();
    if (status === "Enabled") return [ok(`${what} keeps earlier versions of overwritten objects`)];
    return [
      warning(
        `${what} keeps no versions (versioning is ${status || "off"}), so an access key that puts objects can overwrite every backup`,
        "aws s3api put-bucket-versioning --versioning-configuration Status=Enabled, see docs/backups.md",
      ),
    ];
  } catch (error) {
    return [
      warning(
        `whether ${what} keeps earlier versions was not told: ${(error as Error).message}`,
        "give the access key s3:GetBucketVersioning, see docs/backups.md",
      ),
    ];
  }
}
