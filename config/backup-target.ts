import * as pulumi from "@pulumi/pulumi";
import { backupSettings, type TargetKey } from "./backups-schema";
import { printable, secretRemedy } from "./messages";
import type { StackConfig } from "./schema";
import { documentedSettings } from "./setting";
import { isMap, type RawSettings as Raw } from "./stack-file";

type Parsed = NonNullable<StackConfig["backups"]>["target"];

/** Keys of a bucket; each is required unless the target is an SFTP server. */
const ofBucket = ["endpoint", "bucket", "region", "accessKeyId", "secretAccessKey"] as const;

/** A target of backups with its secret: a bucket, or a folder on an SFTP server. */
type BackupTarget =
  Required<Pick<Parsed, (typeof ofBucket)[number]>> | { sftp: NonNullable<Parsed["sftp"]> };

/**
 * Problems of targets that are neither a whole bucket nor an SFTP server alone, and of a copy at the same place as the
 * target.
 */
export function targetProblems({ target, copy }: Raw): string[] {
  return [
    ...problemsOf("target", target),
    ...problemsOf("copy", copy),
    ...(isMap(target) && isMap(copy) ? placeProblems(target, copy) : []),
  ];
}

function problemsOf(name: TargetKey, found: unknown): string[] {
  if (!isMap(found)) return [];
  if (found.sftp !== undefined) {
    return ofBucket
      .filter((key) => found[key] !== undefined)
      .map(
        (key) =>
          `webstack:backups.${name}.${key} must be absent with sftp, got ${shown(key, found[key])}; ` +
          `${oneTarget[name]}, so keep the bucket or the SFTP server`,
      );
  }
  return ofBucket
    .filter((key) => found[key] === undefined)
    .map((key) => {
      const { notes } = known.find(({ path }) => path.join(".") === `${name}.${key}`)!;
      const path = `webstack:backups.${name}.${key}`;
      const fix = notes.secret
        ? secretRemedy(["backups", name, key], { isNamedMap: false })
        : `set for example ${JSON.stringify(notes.example)}`;
      return `${path} must ${notes.must}, got nothing; ${fix}`;
    });
}

const known = documentedSettings(backupSettings);

const oneTarget = {
  target: "the backups of a stack go to one target",
  copy: "the backups of a stack are copied to one target",
} as const;

function shown(key: string, value: unknown): string {
  return key === "accessKeyId" || key === "secretAccessKey" ? "a hidden value" : printable(value);
}

/** Problem of a copy in the bucket or the folder of the target: the loss of one would be that of both. */
export function placeProblems(target: Raw, copy: Raw): string[] {
  const instead = "name one of another provider, or remove backups.copy";
  if (isMap(target.sftp) && isMap(copy.sftp)) {
    const there = folderOf(target.sftp);
    if (there === undefined || folderOf(copy.sftp) !== there) return [];
    const got = printable(copy.sftp.host);
    return [
      `webstack:backups.copy.sftp.host must be another server than that of backups.target, or have another folder, got ${got} with the same folder; ${instead}`,
    ];
  }
  const there = bucketOf(target);
  if (there === undefined || bucketOf(copy) !== there) return [];
  return [
    `webstack:backups.copy.bucket must be another bucket than that of backups.target, got ${printable(copy.bucket)} at the same endpoint; ${instead}`,
  ];
}

/** Identity of a bucket, equal for two settings of the same bucket; undefined for another kind of target. */
function bucketOf({ endpoint, bucket, sftp }: Raw): string | undefined {
  if (typeof endpoint !== "string" || typeof bucket !== "string") return undefined;
  if (sftp !== undefined || !URL.canParse(endpoint)) return undefined;
  return `${new URL(endpoint).origin} ${bucket}`;
}

/** Identity of a folder, equal for two settings of the same folder; undefined for another kind of target. */
function folderOf({ host, port = 23, user, path = "backups" }: Raw): string | undefined {
  if (typeof host !== "string" || typeof user !== "string" || typeof path !== "string") {
    return undefined;
  }
  // A relative path begins in the user's home.
  return [host, port, path.startsWith("/") ? "" : user, path].join(" ");
}

/** A target without {@link targetProblems}. */
function targetOf({ sftp, ...bucket }: Parsed): BackupTarget {
  return sftp ? { sftp } : (bucket as BackupTarget);
}

type BucketConfig = Exclude<BackupTarget, { sftp: unknown }>;
type SftpConfig = Extract<BackupTarget, { sftp: unknown }>["sftp"];

/** A target of backups, its secret wrapped. */
export type ResolvedTarget =
  | (Pick<BucketConfig, "endpoint" | "bucket" | "region" | "accessKeyId"> & {
      secretAccessKey: pulumi.Output<string>;
    })
  | {
      sftp: Pick<SftpConfig, "host" | "port" | "user" | "path" | "hostKey"> & {
        /** Private key of the hosts. @default the stack makes one */
        privateKey?: pulumi.Output<string>;
      };
    };

/** The target of a stack file, its secret wrapped. */
export function resolvedTarget(
  target: NonNullable<StackConfig["backups"]>["target"],
): ResolvedTarget {
  const found = targetOf(target);
  if (!("sftp" in found)) {
    const { secretAccessKey, ...bucket } = found;
    return { ...bucket, secretAccessKey: pulumi.secret(secretAccessKey) };
  }
  const { privateKey, ...server } = found.sftp;
  if (privateKey === undefined) return { sftp: server };
  // OpenSSH reads no key without a newline at its end.
  return { sftp: { ...server, privateKey: pulumi.secret(`${privateKey.trim()}\n`) } };
}
