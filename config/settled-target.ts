import * as pulumi from "@pulumi/pulumi";
import { type BackupTarget, targetOf } from "./backup-target";
import type { StackConfig } from "./schema";

type BucketConfig = Exclude<BackupTarget, { sftp: unknown }>;
type SftpConfig = Extract<BackupTarget, { sftp: unknown }>["sftp"];

/** A target of backups, its secret wrapped. */
export type SettledTarget =
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
export function settledTarget(
  target: NonNullable<StackConfig["backups"]>["target"],
): SettledTarget {
  const found = targetOf(target);
  if (!("sftp" in found)) {
    const { secretAccessKey, ...bucket } = found;
    return { ...bucket, secretAccessKey: pulumi.secret(secretAccessKey) };
  }
  const { privateKey, ...server } = found.sftp;
  if (privateKey === undefined) return { sftp: server };
  // OpenSSH reads no key without a line end.
  return { sftp: { ...server, privateKey: pulumi.secret(`${privateKey.trim()}\n`) } };
}
