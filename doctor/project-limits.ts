import { type Finding, findingsOf } from "./finding";
import { type Identity, isOf, type Needs } from "./needs";
import type { Offer } from "./offer";

const onQuota = findingsOf("quota");

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
  if (wanted.length === 0) return [onQuota.ok("all that is limited is there already")];
  const unknown = wanted.filter((kind) => limits[kind] === undefined);
  const found = wanted.flatMap((kind) => {
    const limit = limits[kind];
    const there = offer[inOffer[kind]].length;
    if (limit === undefined || there + missing[kind] <= limit) return [];
    return [
      onQuota.failure(
        `${missing[kind]} ${words(kind)} more are wanted, ${there} are there, and the limit is ${limit}`,
        "ask for more in the Console under Limits, or delete what nobody needs",
      ),
    ];
  });
  if (unknown.length > 0) {
    const counts = unknown.map((kind) => `${missing[kind]} ${words(kind)}`).join(", ");
    const example = unknown.map((kind) => `--limit ${kind}=<number>`).join(" ");
    found.push(
      onQuota.note(
        `${counts} more will be asked for; the API does not tell how many an account may have`,
        `look in the Console under Limits, and compare with: npm run doctor -- ${example}`,
      ),
    );
  }
  return found.length > 0 ? found : [onQuota.ok("all that is wanted fits into the limits")];
}

function words(kind: Kind): string {
  return kind === "floating_ips" ? "floating IPs" : kind.replaceAll("_", " ");
}

const onNames = findingsOf("names taken");

/**
 * Servers outside the stack with the name of a needed server. Names are unique in a project, so the API
 * would answer `uniqueness_error`. https://docs.hetzner.cloud/reference/cloud#servers-create-a-server
 */
export function takenNameFindings({ servers }: Needs, offer: Offer, identity: Identity): Finding[] {
  const wanted = servers.filter(({ now }) => now === undefined).map(({ name }) => name);
  const taken = offer.servers.filter(
    (server) => !isOf(identity, server) && wanted.includes(server.name ?? ""),
  );
  if (taken.length === 0) return [];
  const names = taken.map(({ name }) => name).join(", ");
  return [
    onNames.failure(
      `the project has servers of somebody else named ${names}`,
      "use a project of its own for the stack, with a token of that project",
    ),
  ];
}
