import { z } from "zod";
import { targetSettings } from "./backup-target-schema";
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
  dumpOn: setting(z.enum([...weekdays, "off"]), {
    about:
      "Day of the week in UTC on which a dump, which another version of MySQL can load too, is taken with the base",
    must: "be a day such as sunday, or off",
    example: "sunday",
  }).default("sunday"),
  retention: retentionSettings.prefault({}),
});
