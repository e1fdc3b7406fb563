import { documentedSettings } from "./setting";
import { backupSettings } from "./backups-schema";
import type { StackConfig } from "./schema";
import { printable } from "./printable";

type Raw = Record<string, unknown>;
type Parsed = NonNullable<StackConfig["backups"]>["target"];

/** Keys of a bucket; each is required unless the target is an SFTP server. */
const ofBucket = ["endpoint", "bucket", "region", "accessKeyId", "secretAccessKey"] as const;

/** A target of backups with its secret: a bucket, or a folder on an SFTP server. */
export type BackupTarget =
  Required<Pick<Parsed, (typeof ofBucket)[number]>> | { sftp: NonNullable<Parsed["sftp"]> };

/** Problems of a target that is neither a whole bucket nor an SFTP server alone. */
export function targetProblems({ target }: Raw): string[] {
  if (typeof target !== "object" || target === null || Array.isArray(target)) return [];
  const found = target as Raw;
  if (found.sftp !== undefined) {
    return ofBucket
      .filter((key) => found[key] !== undefined)
      .map(
        (key) =>
          `webstack:backups.target.${key} must be absent with sftp, got ${shown(key, found[key])}; ` +
          "the backups of a stack go to one target, so keep the bucket or the SFTP server",
      );
  }
  return ofBucket
    .filter((key) => found[key] === undefined)
    .map((key) => {
      const { notes } = known.find(({ path }) => path.join(".") === `target.${key}`)!;
      const path = `webstack:backups.target.${key}`;
      const fix = notes.secret
        ? `store it with: pulumi config set --secret --path '${path}'`
        : `set for example ${JSON.stringify(notes.example)}`;
      return `${path} must ${notes.must}, got nothing; ${fix}`;
    });
}

const known = documentedSettings(backupSettings);

function shown(key: string, value: unknown): string {
  return key === "accessKeyId" || key === "secretAccessKey" ? "a hidden value" : printable(value);
}

/** The target as {@link targetProblems} lets it pass. */
export function targetOf({ sftp, ...bucket }: Parsed): BackupTarget {
  return sftp ? { sftp } : (bucket as BackupTarget);
}
