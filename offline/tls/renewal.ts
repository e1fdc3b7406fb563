import type { Values } from "../../plugin/values";

/** True if a certificate has ended, or ends within its hours of early renewal. */
export function isReadyForRenewal(
  { validityEndTime }: Values,
  { earlyRenewalHours = 0 }: Values,
  now: Date,
): boolean {
  if (typeof validityEndTime !== "string") return false;
  const renewAt = Date.parse(validityEndTime) - Number(earlyRenewalHours) * 3_600_000;
  return now.getTime() >= renewAt;
}
