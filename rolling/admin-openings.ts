import { isIP } from "node:net";
import { z } from "zod";
import { openedUntil } from "../preview/plan";

/** A rule of a firewall in the API's form; unknown fields are kept. */
export const ruleShape = z.looseObject({
  direction: z.string(),
  protocol: z.string(),
  port: z.string().nullish(),
  source_ips: z.array(z.string()).nullish(),
  destination_ips: z.array(z.string()).nullish(),
  description: z.string().nullish(),
});

/** A rule of a firewall. */
export type Rule = z.infer<typeof ruleShape>;

/** The block of one address, such as `203.0.113.5/32`. @throws Error if it is no address. */
export function blockOf(address: string): string {
  const family = isIP(address);
  if (family !== 0) return `${address}/${family === 4 ? 32 : 128}`;
  throw new Error(
    `the address must be an IP address without a prefix such as 5.75.1.7, got ${JSON.stringify(address)}`,
  );
}

/** Expiry of a temporary opening; undefined for any other rule: one of the program, or one made by hand. */
export function deadlineOf({ description }: Rule): Date | undefined {
  if (!description?.startsWith(openedUntil)) return undefined;
  const [time = ""] = description.slice(openedUntil.length).split(" ");
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/**
 * The rules with SSH open to a block until a time, in place of an earlier opening for the same block, and without
 * expired openings.
 */
export function opened(rules: readonly Rule[], block: string, until: Date, now: Date): Rule[] {
  const rule: Rule = {
    direction: "in",
    protocol: "tcp",
    port: "22",
    source_ips: [block],
    description: `${openedUntil}${until.toISOString()}`,
  };
  return [...closed(rules, now, [block]), rule];
}

/** The rules without expired openings, and without the openings for the blocks; `all`: without any opening. */
export function closed(
  rules: readonly Rule[],
  now: Date,
  blocks: readonly string[] | "all" = [],
): Rule[] {
  return rules.filter((rule) => {
    const deadline = deadlineOf(rule);
    if (deadline === undefined) return true;
    const isChosen = blocks === "all" || blocks.some((one) => rule.source_ips?.includes(one));
    return !isChosen && deadline > now;
  });
}

/** The rule as the API takes it: without fields that do not apply to the rule, as the official clients send it. */
export function sendable(rule: Rule): object {
  const isSet = (value: unknown) =>
    value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => isSet(value)));
}
