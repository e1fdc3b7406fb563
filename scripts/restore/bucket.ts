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

/** Where the backups of a stack are, and what opens them. */
export interface Backups {
  target: S3Target;
  /** First part of all keys. */
  root: string;
  /** File with the identity of age. */
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

/** `webstack:backups` of a stack file. @throws Error if there are none. */
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
 * How long the backups of a stack are kept; undefined is the local one.
 *
 * @throws Error if the stack file says it in another form.
 */
export function retentionOf(stack: string | undefined): Retention {
  if (stack === undefined) return retentionSettings.parse({});
  const { file, settings } = settingsOf(stack);
  const found = retentionSettings.safeParse(settings.retention ?? {});
  if (found.success) return found.data;
  throw new Error(`${file}: webstack:backups.retention: ${z.prettifyError(found.error)}`);
}

/**
 * What the stack file of a stack says of its backups; nothing of the stack itself is asked. The
 * secret is in the variable WEBSTACK_BACKUPS_SECRET, or else the stack file's own is decrypted; with
 * WEBSTACK_BACKUPS_KEY another access key is used than that of the hosts.
 *
 * @throws Error if the stack file has no backups, or the secret is not to be had.
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
