import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { backupSettings, type Retention, retentionSettings } from "../../config/backups-schema";
import { localTarget } from "../local/backups";
import { localPaths, repositoryRoot } from "../local/paths";
import { localStackName } from "../local/stack-name";
import { stackFileName } from "../deploy/stack-file";
import type { DeskTarget } from "./desk-store";

/** Access to a stack's backups, with the key that decrypts them. */
export interface Backups {
  target: DeskTarget;
  /** Prefix of all keys. */
  root: string;
  /** Path of the file with the age identity. */
  identity: string;
}

const bucketShape = z.looseObject({
  endpoint: z.string(),
  bucket: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.unknown(),
});
const sftpShape = z.looseObject({
  sftp: z.looseObject({
    host: z.string(),
    port: z.int().default(23),
    user: z.string(),
    path: z.string().default("backups"),
    hostKey: z.string(),
    privateKey: z.unknown(),
  }),
});
const shape = z.looseObject({ target: z.union([sftpShape, bucketShape]) });

/** `webstack:backups` of a stack file. @throws Error if the stack file has none. */
function settingsOf(stack: string) {
  const file = stackFileName(stack);
  const { config } = parse(readFileSync(join(repositoryRoot, file), "utf8")) as {
    config?: Record<string, unknown>;
  };
  const found = shape.safeParse(config?.["webstack:backups"]);
  if (!found.success) throw new Error(`${file} has no webstack:backups with a target`);
  return { file, settings: found.data };
}

/** A misspelt `retention` must not lead to the defaults, by which more is deleted. */
function refuseUnknown(file: string, path: string, found: object, known: object): void {
  const unknown = Object.keys(found).filter((key) => !(key in known));
  if (unknown.length === 0) return;
  throw new Error(
    `${file}: ${path} must hold ${Object.keys(known).join(", ")} only, got ${unknown.join(", ")}; ` +
      "mend the stack file: nothing is deleted before",
  );
}

/**
 * Retention of a stack's backups.
 *
 * @param stack name of the stack; undefined: the local stack.
 * @throws Error if the setting has another form, or if a setting beside it is unknown.
 */
export function retentionOf(stack: string | undefined): Retention {
  if (stack === undefined) return retentionSettings.parse({});
  const { file, settings } = settingsOf(stack);
  refuseUnknown(file, "webstack:backups", settings, backupSettings.shape);
  refuseUnknown(
    file,
    "webstack:backups.target",
    settings.target,
    backupSettings.shape.target.shape,
  );
  const found = retentionSettings.safeParse(settings.retention ?? {});
  if (found.success) return found.data;
  throw new Error(`${file}: webstack:backups.retention: ${z.prettifyError(found.error)}`);
}

/**
 * Access to a stack's backups, from the stack file alone; the function queries nothing of the stack itself.
 * The secret comes from the variable WEBSTACK_BACKUPS_SECRET, or else from the decrypted stack file;
 * WEBSTACK_BACKUPS_KEY names another access key than that of the hosts. For an SFTP server the variables are
 * WEBSTACK_BACKUPS_SFTP_KEY, the file of a private key, WEBSTACK_BACKUPS_SFTP_USER and WEBSTACK_BACKUPS_SFTP_PATH.
 *
 * @throws Error if the stack file has no backups, or if the secret is not available.
 */
export function backupsOf(stack: string | undefined, identity: string | undefined): Backups {
  const project = parse(readFileSync(join(repositoryRoot, "Pulumi.yaml"), "utf8")) as {
    name: string;
  };
  const root = `${project.name}-${(stack ?? localStackName).split("/").at(-1)}`;
  if (stack === undefined) {
    return { target: localTarget(), root, identity: identity ?? localPaths.backupsIdentity };
  }
  const target = targetOf(stack, process.env);
  return { target, root, identity: identity ?? join(repositoryRoot, "backups-identity.txt") };
}

function targetOf(stack: string, env: NodeJS.ProcessEnv): DeskTarget {
  const { target } = settingsOf(stack).settings;
  if ("sftp" in target) {
    const { host, port, user, path, hostKey } = (target as z.infer<typeof sftpShape>).sftp;
    const sftp = {
      ...{ host, port, hostKey },
      user: env.WEBSTACK_BACKUPS_SFTP_USER ?? user,
      path: env.WEBSTACK_BACKUPS_SFTP_PATH ?? path,
    };
    return { sftp, privateKey: privateKeyOf(stack, env.WEBSTACK_BACKUPS_SFTP_KEY) };
  }
  const { endpoint, bucket, region, accessKeyId } = target as z.infer<typeof bucketShape>;
  const key = env.WEBSTACK_BACKUPS_KEY ?? accessKeyId;
  return { endpoint, bucket, region, accessKeyId: key, secretAccessKey: secretOf(stack) };
}

/** The private key for the SFTP server. @throws Error if there is none for this machine. */
function privateKeyOf(stack: string, file: string | undefined): string {
  if (file) return readFileSync(file, "utf8");
  try {
    return decrypted(stack, "webstack:backups.target.sftp.privateKey");
  } catch (error) {
    throw new Error(
      "WEBSTACK_BACKUPS_SFTP_KEY must name the file of a private key that the SFTP server accepts, got nothing; " +
        "the key of the hosts is in the stack's state alone, so put a key of your own into .ssh/authorized_keys there",
      { cause: error },
    );
  }
}

function decrypted(stack: string, path: string): string {
  const words = ["config", "get", "--path", path, "--stack", stack];
  return execFileSync("pulumi", words, { cwd: repositoryRoot, encoding: "utf8" }).trim();
}

function secretOf(stack: string): string {
  const given = process.env.WEBSTACK_BACKUPS_SECRET;
  if (given) return given;
  const path = "webstack:backups.target.secretAccessKey";
  try {
    return decrypted(stack, path);
  } catch (error) {
    throw new Error(
      `the secret of the bucket must be in WEBSTACK_BACKUPS_SECRET, or pulumi config must have ${path}`,
      { cause: error },
    );
  }
}
