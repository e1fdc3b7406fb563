import { type Finding, findingsOf } from "./finding";
import type { Needs } from "./needs";
import type { Offer } from "./offer";

const { ok, note, failure } = findingsOf("quota");

type Kind = keyof Needs["missing"];

/** Limits that the operator read in Hetzner's Console. */
export type KnownLimits = Partial<Record<Kind, number>>;

/** Limits of every project. https://docs.hetzner.com/cloud/placement-groups/overview, /firewalls/overview */
const documented: KnownLimits = { placement_groups: 50, firewalls: 50 };

const inOffer = {
  servers: "servers",
  floating_ips: "floatingIps",
  volumes: "volumes",
  placement_groups: "placementGroups",
  firewalls: "firewalls",
} as const;

/** Kinds of resources with a limit. */
export const limitedKinds = Object.keys(inOffer) as Kind[];

/**
 * Checks that the resources that an `up` would create fit into the project. The API does not report the limits: it
 * answers `resource_limit_exceeded` (403) to the first resource beyond a limit, after the others exist. Hetzner's
 * Console shows the limits, which count for all projects of an account together; so the check compares only a limit
 * that the operator names.
 * https://docs.hetzner.cloud/reference/cloud#errors
 */
export function quotaFindings({ missing }: Needs, offer: Offer, known: KnownLimits): Finding[] {
  const limits = { ...documented, ...known };
  const wanted = limitedKinds.filter((kind) => missing[kind] > 0);
  if (wanted.length === 0) return [ok("all that is limited is there already")];
  const unknown = wanted.filter((kind) => limits[kind] === undefined);
  const found = wanted.flatMap((kind) => {
    const limit = limits[kind];
    const there = offer[inOffer[kind]].length;
    if (limit === undefined || there + missing[kind] <= limit) return [];
    return [
      failure(
        `${missing[kind]} ${words(kind)} more are wanted, ${there} are there, and the limit is ${limit}`,
        "ask for more in the Console under Limits, or delete what nobody needs",
      ),
    ];
  });
  if (unknown.length > 0) {
    const counts = unknown.map((kind) => `${missing[kind]} ${words(kind)}`).join(", ");
    const example = unknown.map((kind) => `--limit ${kind}=<number>`).join(" ");
    found.push(
      note(
        `${counts} more will be asked for; the API does not tell how many an account may have`,
        `look in the Console under Limits, and compare with: npm run doctor -- ${example}`,
      ),
    );
  }
  return found.length > 0 ? found : [ok("all that is wanted fits into the limits")];
}

function words(kind: Kind): string {
  return kind === "floating_ips" ? "floating IPs" : kind.replaceAll("_", " ");
}
