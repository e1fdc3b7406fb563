import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { repositoryRoot } from "../local/paths";
import type { OperatorTarget } from "./operator-store";

/** Setting of `webstack:backups` with a target: that of the hosts, or its copy. */
export type TargetKey = "target" | "copy";

/** The target that `--from` names. @default `target` @throws Error for another word. */
export function fromWord(word: string | undefined): TargetKey {
  if (word === undefined || word === "target" || word === "copy") return word ?? "target";
  throw new Error(`--from must be target or copy, got ${JSON.stringify(word)}`);
}

/** A bucket in a stack file. */
const bucketShape = z.looseObject({
  endpoint: z.string(),
  bucket: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.unknown(),
});
/** A folder on an SFTP server in a stack file. */
const sftpShape = z.looseObject({
  sftp: z.looseObject({
    host: z.string(),
    port: z.int().default(23),
    user: z.string(),
    path: z.string().default("backups"),
    hostKey: z.string(),
    privateKey: z.unknown().optional(),
  }),
});
/** A target in a stack file. */
export const targetShape = z.union([sftpShape, bucketShape]);

/** Prefix of the environment variables with the access to a target. */
const prefixes = { target: "WEBSTACK_BACKUPS", copy: "WEBSTACK_BACKUPS_COPY" } as const;

/**
 * Access to a target of a stack file. For `backups.target` the variables are WEBSTACK_BACKUPS_KEY and
 * WEBSTACK_BACKUPS_SECRET, or WEBSTACK_BACKUPS_SFTP_KEY, _USER and _PATH; for `backups.copy` they begin with
 * WEBSTACK_BACKUPS_COPY.
 *
 * @throws Error if the secret is neither in a variable nor in the stack file.
 */
export function targetAccess(
  key: TargetKey,
  target: z.infer<typeof targetShape>,
  stack: string,
  env: NodeJS.ProcessEnv,
): OperatorTarget {
  const prefix = prefixes[key];
  if ("sftp" in target) {
    const { host, port, user, path, hostKey } = (target as z.infer<typeof sftpShape>).sftp;
    const sftp = {
      ...{ host, port, hostKey, setting: `backups.${key}` },
      user: env[`${prefix}_SFTP_USER`] ?? user,
      path: env[`${prefix}_SFTP_PATH`] ?? path,
    };
    return { sftp, privateKey: privateKeyOf(key, stack, env[`${prefix}_SFTP_KEY`]) };
  }
  const { endpoint, bucket, region, accessKeyId } = target as z.infer<typeof bucketShape>;
  const own = env[`${prefix}_KEY`] ?? accessKeyId;
  const secretAccessKey = secretOf(key, stack, env[`${prefix}_SECRET`]);
  return { endpoint, bucket, region, accessKeyId: own, secretAccessKey };
}

const withoutKey = {
  target:
    "the key of the hosts is in the stack's state alone, so put a key of your own into .ssh/authorized_keys there",
  copy: "put its public half into .ssh/authorized_keys there, or store it as backups.copy.sftp.privateKey",
} as const;

/** The private key for the SFTP server. @throws Error if there is none for this machine. */
function privateKeyOf(key: TargetKey, stack: string, file: string | undefined): string {
  if (file) return readFileSync(file, "utf8");
  try {
    return decrypted(stack, `webstack:backups.${key}.sftp.privateKey`);
  } catch (error) {
    throw new Error(
      `${prefixes[key]}_SFTP_KEY must name the file of a private key that the SFTP server accepts, got nothing; ${withoutKey[key]}`,
      { cause: error },
    );
  }
}

function decrypted(stack: string, path: string): string {
  const words = ["config", "get", "--path", path, "--stack", stack];
  return execFileSync("pulumi", words, { cwd: repositoryRoot, encoding: "utf8" }).trim();
}

function secretOf(key: TargetKey, stack: string, given: string | undefined): string {
  if (given) return given;
  const path = `webstack:backups.${key}.secretAccessKey`;
  try {
    return decrypted(stack, path);
  } catch (error) {
    throw new Error(
      `the secret of the bucket must be in ${prefixes[key]}_SECRET, or pulumi config must have ${path}`,
      { cause: error },
    );
  }
}
