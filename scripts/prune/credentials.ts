import type { S3Target } from "../../host/archiver/store/s3";
import { localKeeper } from "../local/backups";
import type { TargetKey } from "../restore/target-access";

/** Variables with the access key that deletes; it is in no stack file and on no host. */
const variables = {
  target: { key: "WEBSTACK_BACKUPS_PRUNE_KEY", secret: "WEBSTACK_BACKUPS_PRUNE_SECRET" },
  copy: { key: "WEBSTACK_BACKUPS_COPY_PRUNE_KEY", secret: "WEBSTACK_BACKUPS_COPY_PRUNE_SECRET" },
} as const;

/**
 * The bucket as the one who deletes reaches it.
 *
 * @param hosts the bucket with the access key that puts.
 * @param of the target that the bucket is.
 * @throws Error if the access key is not given, or is that which puts.
 */
export function prunerOf(
  hosts: S3Target,
  stack: string | undefined,
  env: NodeJS.ProcessEnv,
  of: TargetKey = "target",
): S3Target {
  const names = variables[of];
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
