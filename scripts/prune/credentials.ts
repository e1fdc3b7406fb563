import type { S3Target } from "../../host/archiver/store/s3";
import { localKeeper } from "../local/backups";

/** Variables with the access key that deletes; it is in no stack file and on no host. */
const names = { key: "WEBSTACK_BACKUPS_PRUNE_KEY", secret: "WEBSTACK_BACKUPS_PRUNE_SECRET" };

/**
 * The bucket as the one who deletes reaches it.
 *
 * @param hosts the bucket with the access key of the hosts.
 * @throws Error if the access key is not given, or is that of the hosts.
 */
export function prunerOf(
  hosts: S3Target,
  stack: string | undefined,
  env: NodeJS.ProcessEnv,
): S3Target {
  const [accessKeyId, secretAccessKey] = [env[names.key], env[names.secret]];
  if (!accessKeyId && !secretAccessKey && stack === undefined) {
    return { ...hosts, ...localKeeper() };
  }
  if (!accessKeyId || !secretAccessKey) {
    const absent = [accessKeyId ? "" : names.key, secretAccessKey ? "" : names.secret];
    throw new Error(
      `${absent.filter((name) => name !== "").join(" and ")} must be set: the access key that may delete; --plan needs none`,
    );
  }
  if (accessKeyId === hosts.accessKeyId) {
    throw new Error(
      `${names.key} must be another access key than that which reads, got ${accessKeyId}: whoever has a host could delete all backups`,
    );
  }
  return { ...hosts, accessKeyId, secretAccessKey };
}
