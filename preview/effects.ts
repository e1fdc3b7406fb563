import type { CloudChange, Effect, HostChange } from "./model";
import { serverEffects } from "./server-effects";
import { unknownConfiguration } from "./hosts";
import { unitEffects } from "./unit-effects";

/** Number of nodes of each tier during the change. */
export type TierSizes = Readonly<Record<string, number>>;

/** Names of the tiers in sentences. */
const tierWords: Record<string, string> = {
  lb: "load balancer",
  web: "web node",
  app: "app node",
  db: "database node",
};

/**
 * All effects of a plan, the worst first, without duplicates.
 *
 * @param lost effects that follow from neither units nor resources, see `losses.ts`.
 */
export function effectsOf(
  hosts: readonly HostChange[],
  cloud: readonly CloudChange[],
  sizes: TierSizes,
  lost: readonly Effect[],
): Effect[] {
  const left = (role: string) => (sizes[role] ?? 1) - gone(hosts, role);
  const all = [
    ...hosts.flatMap((host) => hostEffects(host, sizes, left(host.role))),
    ...cloud.flatMap(cloudEffects),
    ...lost,
  ];
  const once = new Map(all.map((effect) => [`${effect.visitors}|${effect.reason}`, effect]));
  return [...once.values()].sort((a, b) => b.level - a.level);
}

/** Number of deleted nodes of a tier. */
function gone(hosts: readonly HostChange[], tier: string): number {
  return hosts.filter(({ role, server }) => role === tier && server?.kind === "deleted").length;
}

function hostEffects(host: HostChange, sizes: TierSizes, left: number): Effect[] {
  const size = sizes[host.role] ?? 1;
  const tier = tierWords[host.role] ?? host.role;
  const unknown = host.others.includes(unknownConfiguration);
  return [
    ...serverEffects(host, size, left),
    ...host.units.flatMap((unit) => unitEffects(unit, { tier, size, processes: host.processes })),
    ...packageEffects(host, tier),
    ...(unknown
      ? [
          {
            level: 1 as const,
            visitors: `one ${tier} at a time is changed, and whether a service of it restarts is not known beforehand`,
            reason: `what changes on each ${tier} is known only once new keys are made`,
          },
        ]
      : []),
  ];
}

/**
 * Effects of an installation. apt may upgrade further packages for it, and the scripts of a package restart its
 * services, of which the plan knows nothing.
 */
function packageEffects({ packages = [] }: HostChange, tier: string): Effect[] {
  if (packages.length === 0) return [];
  const visitors = `one ${tier} at a time installs packages; where apt upgrades the package of a running service for that, the service restarts, and its requests are cut`;
  return [{ level: 1, visitors, reason: `each ${tier} installs ${packages.join(", ")}` }];
}

/** Consequences of a lost resource, by the beginning of its description. */
const losses: [start: string, visitors: string, reason: string][] = [
  ["volume ", "data of a database is lost", "and the data on it is lost"],
  [
    "public address ",
    "the public address becomes another one: names lead nowhere until DNS follows",
    "",
  ],
  ["private network net", "the site is off until every server is made anew", ""],
  ["subnet ", "the site is off until every server is made anew", ""],
];

function cloudEffects({ what, kind, refused }: CloudChange): Effect[] {
  if (refused !== undefined) {
    const visitors = "the update stops half-way, and what comes after it is not applied";
    return [{ level: 2, visitors, reason: `${what} would ${refused}` }];
  }
  if (kind === "new" || kind === "changed") return [];
  const found = losses.find(([start]) => what.startsWith(start));
  if (!found) return [];
  const [start, visitors, more] = found;
  if (start === "subnet ") return [{ level: 2, visitors, reason: `subnets are ${kind}` }];
  return [{ level: 2, visitors, reason: `${what} is ${kind}${more ? `, ${more}` : ""}` }];
}
