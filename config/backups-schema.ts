import { z } from "zod";
import { isStoreEndpoint } from "./endpoints";
import { setting } from "./setting";

/** An age recipient: 32 bytes in Bech32. https://github.com/C2SP/C2SP/blob/main/age.md */
const recipient = /^age1[02-9ac-hj-np-z]{58}$/;

function kept(what: string, most: number, example: number, fallback: number) {
  return setting(z.int().min(1).max(most), {
    about: what,
    must: `be a whole number from 1 to ${most}`,
    example,
  }).default(fallback);
}

/** Retention of backups; `npm run backups:prune` deletes older backups, and the hosts delete none. */
export const retentionSettings = z.strictObject({
  daily: kept("Number of days of which the last base is kept", 366, 7, 7),
  weekly: kept("Number of weeks, from Monday on, of which the last base is kept", 260, 4, 4),
  monthly: kept("Number of months of which the last base is kept", 120, 3, 3),
  logDays: kept("Number of days back to which any second can be restored", 366, 14, 14),
});

/** Retention of backups, as the schema delivers it. */
export type Retention = z.infer<typeof retentionSettings>;

/** The settings of backups; absent as a whole: no backups. */
export const backupSettings = z.strictObject({
  target: z.strictObject({
    endpoint: setting(z.string().refine(isStoreEndpoint), {
      about: "Object storage that speaks S3, in another location and project than the servers",
      must: "be an https URL without a path, such as https://fsn1.your-objectstorage.com",
      example: "https://fsn1.your-objectstorage.com",
    }),
    bucket: setting(z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/), {
      about: "Bucket for the backups; several stacks may share one",
      must: "be the name of a bucket: 3 to 63 small letters, digits and -",
      example: "example-backups",
    }),
    region: setting(z.string().regex(/^[a-z0-9-]{1,40}$/), {
      about: "Region that requests are signed for",
      must: "be small letters, digits and -, such as fsn1",
      example: "fsn1",
    }),
    accessKeyId: setting(z.string().regex(/^[A-Za-z0-9_-]{4,128}$/), {
      about: "Access key of the hosts; it should be able to put, get and list, not to delete",
      must: "be an access key id of letters, digits, - and _",
      example: "<access key>",
      unshown: true,
    }),
    secretAccessKey: setting(z.string().regex(/^[\x21-\x7e]{16,256}$/), {
      about: "Secret of that key",
      must: "be the secret of an access key, 16 to 256 characters without spaces",
      example: "<secret key>",
      secret: true,
    }),
  }),
  publicKey: setting(z.string().regex(recipient), {
    about:
      "Public key that backups are encrypted to; the identity that opens them is kept off the hosts",
    must: "be a recipient of age, which `npm run backups:keys` prints",
    example: `age1${"q".repeat(58)}`,
  }),
  baseAt: setting(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/), {
    about: "Time of the day in UTC at which a copy of all data is taken",
    must: "be a time such as 03:15",
    example: "03:15",
  }).default("03:15"),
  retention: retentionSettings.prefault({}),
});
