import { z } from "zod";
import { isAgeRecipient, recipientExample } from "./age-keys";
import { isStoreEndpoint, isSshPublicKey } from "./value-forms";
import { setting } from "./setting";

/** Setting of a target: that of the hosts, or that of the copy. */
export type TargetKey = "target" | "copy";

/** A host name or an IPv4 address. */
const hostName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const part = "[A-Za-z0-9_-][A-Za-z0-9._-]*";
/** A folder without `.`, `..` and names that begin with a dot. */
const folder = new RegExp(`^/?${part}(/${part})*$`);

/** Descriptions of the settings of each target. */
const notes = {
  target: {
    endpoint: "Object storage that speaks S3, in another location and project than the servers",
    bucket: "Bucket for the backups; several stacks may share one",
    accessKeyId: "Access key of the hosts; it should be able to put, get and list, not to delete",
    host: "SFTP server, in another location than the servers; in place of a bucket",
    path: "Folder for the backups, from the home of that user or absolute; several stacks may share one",
    privateKey: "Private key of the hosts for that user, without a passphrase",
    withoutKey: "the stack makes one; the output `backupsKey` is its public half",
  },
  copy: {
    endpoint:
      "Object storage that speaks S3 for a second copy of the backups, at another provider; `npm run backups:copy` fills it, and the hosts do not know it",
    bucket: "Bucket for the copy; several stacks may share one",
    accessKeyId:
      "Access key of `backups:copy`; it should be able to put, get and list, not to delete",
    host: "SFTP server for a second copy of the backups, at another provider; in place of a bucket",
    path: "Folder for the copy, from the home of that user or absolute; several stacks may share one",
    privateKey: "Private key of `backups:copy` for that user, without a passphrase",
    withoutKey: "the file that `WEBSTACK_BACKUPS_COPY_SFTP_KEY` names",
  },
} as const;

/** A target of backups: a bucket, or a folder on an SFTP server. */
export function targetSettings(key: TargetKey) {
  const about = notes[key];
  const absent = `required without \`backups.${key}.sftp\``;
  return z.strictObject({
    endpoint: setting(z.string().refine(isStoreEndpoint), {
      about: about.endpoint,
      must: "be an https URL without a path, such as https://fsn1.your-objectstorage.com",
      example: "https://fsn1.your-objectstorage.com",
      absent: key === "copy" ? `${absent}, if there is \`backups.copy\`` : absent,
    }).optional(),
    bucket: setting(z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/), {
      about: about.bucket,
      must: "be the name of a bucket: 3 to 63 small letters, digits and -",
      example: "example-backups",
      absent,
    }).optional(),
    region: setting(z.string().regex(/^[a-z0-9-]{1,40}$/), {
      about: "Region that requests are signed for",
      must: "be small letters, digits and -, such as fsn1",
      example: "fsn1",
      absent,
    }).optional(),
    accessKeyId: setting(z.string().regex(/^[A-Za-z0-9_-]{4,128}$/), {
      about: about.accessKeyId,
      must: "be an access key id of letters, digits, - and _",
      example: "<access key>",
      absent,
      unshown: true,
    }).optional(),
    secretAccessKey: setting(z.string().regex(/^[\x21-\x7e]{16,256}$/), {
      about: "Secret of that key",
      must: "be the secret of an access key, 16 to 256 characters without spaces",
      example: "<secret key>",
      absent,
      secret: true,
    }).optional(),
    sftp: sftpSettings(key).optional(),
  });
}

/** A folder on an SFTP server, such as a Hetzner Storage Box. */
function sftpSettings(key: TargetKey) {
  const about = notes[key];
  return z.strictObject({
    host: setting(z.string().max(253).regex(hostName), {
      about: about.host,
      must: "be a host name in small letters, or an IPv4 address, such as u123456.your-storagebox.de",
      example: "u123456.your-storagebox.de",
    }),
    port: setting(z.int().min(1).max(65_535), {
      about: "TCP port of its SSH service; a Storage Box has OpenSSH on 23",
      must: "be a whole number from 1 to 65535",
      example: 23,
    }).default(23),
    user: setting(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/), {
      about: "User on that server; of a Storage Box a sub-account for this stack alone",
      must: "be a user name of letters, digits, `.`, `-` and `_`, such as u123456-sub1",
      example: "u123456-sub1",
    }),
    path: setting(z.string().max(200).regex(folder), {
      about: about.path,
      must: "be a folder such as backups or /home/backups, without `.`, `..` and spaces",
      example: "backups",
    }).default("backups"),
    hostKey: setting(z.string().refine(isHostKey), {
      about: "Key that the server must have; a server with another key gets nothing",
      must: "be a host key in one line, type and data, as `ssh-keyscan -p 23 <host>` prints after the name",
      example: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyX2hH0wsGQlNGVS3YXfdhyjV4yVBxSsEFjcNpWBQxl",
    }),
    privateKey: setting(
      z
        .string()
        .regex(/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[^]+-----END [A-Z ]*PRIVATE KEY-----\s*$/),
      {
        about: about.privateKey,
        must: "be a private key that begins with -----BEGIN OPENSSH PRIVATE KEY-----",
        example: "<private key>",
        absent: about.withoutKey,
        secret: true,
      },
    ).optional(),
  });
}

/** True for a host key of a type that OpenSSH offers, without a comment or with one. */
function isHostKey(line: string): boolean {
  return isSshPublicKey(line) && !line.startsWith("sk-");
}

function kept(what: string, max: number, example: number, fallback: number) {
  return setting(z.int().min(1).max(max), {
    about: what,
    must: `be a whole number from 1 to ${max}`,
    example,
  }).default(fallback);
}

/** Retention of backups; `npm run backups:prune` deletes older backups, and the hosts delete none. */
export const retentionSettings = z.strictObject({
  daily: kept("Number of days of which the last base is kept", 366, 7, 7),
  weekly: kept(
    "Number of weeks, from Monday on, of which the last base and the last dump are kept",
    260,
    4,
    4,
  ),
  monthly: kept("Number of months of which the last base and the last dump are kept", 120, 3, 3),
  logDays: kept("Number of days back to which any second can be restored", 366, 14, 14),
});

/** Retention of backups, as the schema delivers it. */
export type Retention = z.infer<typeof retentionSettings>;

const weekdays = [
  ...(["monday", "tuesday", "wednesday", "thursday", "friday"] as const),
  ...(["saturday", "sunday"] as const),
];

/** The settings of backups; absent as a whole: no backups. */
export const backupSettings = z.strictObject({
  target: targetSettings("target"),
  copy: targetSettings("copy").optional(),
  publicKey: setting(z.string().refine(isAgeRecipient), {
    about:
      "Public key that backups are encrypted to; the identity that opens them is kept off the hosts",
    must: "be a recipient of age, `age1` and 58 characters of which the last six are a checksum, as `npm run backups:keys` prints it",
    example: recipientExample,
  }),
  baseAt: setting(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/), {
    about: "Time of the day in UTC at which a copy of all data is taken",
    must: "be a time such as 03:15",
    example: "03:15",
  }).default("03:15"),
  dumpOn: setting(z.enum([...weekdays, "off"]), {
    about:
      "Day of the week in UTC on which a dump, which another version of MySQL can load too, is taken with the base",
    must: "be a day such as sunday, or off",
    example: "sunday",
  }).default("sunday"),
  retention: retentionSettings.prefault({}),
});
