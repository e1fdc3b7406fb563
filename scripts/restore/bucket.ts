import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type Retention, retentionSettings } from "../../config/backups-schema";
import type { S3Target } from "../../host/archiver/store/s3";
import { localBucket } from "../local/backups";
import { localPaths, repositoryRoot } from "../local/paths";
import { localStackName } from "../local/stack-name";

/** Access to a stack's backups, with the key that decrypts them. */
export interface Backups {
  target: S3Target;
  /** Prefix of all keys. */
  root: string;
  /** Path of the file with the age identity. */
  identity: string;
}

const shape = z.looseObject({
  target: z.looseObject({
    endpoint: z.string(),
    bucket: z.string(),
    region: z.string(),
    accessKeyId: z.string(),
    secretAccessKey: z.unknown(),
  }),
});

/** `webstack:backups` of a stack file. @throws Error if the stack file has none. */
function settingsOf(stack: string) {
  const file = `Pulumi.${stack}.yaml`;
  const { config } = parse(readFileSync(join(repositoryRoot, file), "utf8")) as {
    config?: Record<string, unknown>;
  };
  const found = shape.safeParse(config?.["webstack:backups"]);
  if (!found.success) throw new Error(`${file} has no webstack:backups with a target`);
  return { file, settings: found.data };
}

/**
 * Retention of a stack's backups.
 *
 * @param stack name of the stack; undefined: the local stack.
 * @throws Error if the setting has another form.
 */
export function retentionOf(stack: string | undefined): Retention {
  if (stack === undefined) return retentionSettings.parse({});
  const { file, settings } = settingsOf(stack);
  const found = retentionSettings.safeParse(settings.retention ?? {});
  if (found.success) return found.data;
  throw new Error(`${file}: webstack:backups.retention: ${z.prettifyError(found.error)}`);
}

/**
 * Access to a stack's backups, from the stack file alone; the function queries nothing of the stack itself.
 * The secret comes from the variable WEBSTACK_BACKUPS_SECRET, or else from the decrypted stack file;
 * WEBSTACK_BACKUPS_KEY names another access key than that of the hosts.
 *
 * @throws Error if the stack file has no backups, or if the secret is not available.
 */
export function backupsOf(stack: string | undefined, identity: string | undefined): Backups {
  const project = parse(readFileSync(join(repositoryRoot, "Pulumi.yaml"), "utf8")) as {
    name: string;
  };
  const root = `${project.name}-${stack ?? localStackName}`;
  if (stack === undefined) {
    return { target: localBucket(), root, identity: identity ?? localPaths.backupsIdentity };
  }
  const { endpoint, bucket, region, accessKeyId } = settingsOf(stack).settings.target;
  const key = process.env.WEBSTACK_BACKUPS_KEY ?? accessKeyId;
  const target = { endpoint, bucket, region, accessKeyId: key, secretAccessKey: secretOf(stack) };
  return { target, root, identity: identity ?? join(repositoryRoot, "backups-identity.txt") };
}

function secretOf(stack: string): string {
  const given = process.env.WEBSTACK_BACKUPS_SECRET;
  if (given) return given;
  const path = "webstack:backups.target.secretAccessKey";
  try {
    const words = ["config", "get", "--path", path, "--stack", stack];
    return execFileSync("pulumi", words, { cwd: repositoryRoot, encoding: "utf8" }).trim();
  } catch (error) {
    throw new Error(
      `the secret of the bucket must be in WEBSTACK_BACKUPS_SECRET, or pulumi config must have ${path}`,
      { cause: error },
    );
  }
}
