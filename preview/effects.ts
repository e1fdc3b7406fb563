import type { CloudChange, Effect, HostChange, UnitChange } from "./model";
import { serverEffects } from "./server-effects";
import { isAppProcess } from "./host-changes";
import { unknownConfiguration } from "./hosts";

/** Number of nodes of each tier during the change. */
export type TierSizes = Readonly<Record<string, number>>;

/** Names of the tiers in sentences. */
const tierWords: Record<string, string> = {
  lb: "load balancer",
  web: "web node",
  app: "app node",
  db: "database node",
};

/** Proxy to the databases on an app node; elsewhere the unit is a proxy of requests. */
const databaseProxy = "haproxy.service";

/**
 * All effects of a plan, the worst first, without duplicates.
 *
 * @param lost effects that follow from neither units nor resources, see `edge-losses.ts`.
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

/** The host of a unit. */
interface UnitHost {
  /** Name of its tier in a sentence. */
  tier: string;
  /** Number of the tier's nodes. */
  size: number;
  /** Processes of the app on each node. @default none */
  processes?: number | undefined;
}

/** Effects of a unit's reload or restart on visitors. */
function unitEffects(
  { unit, verb, drained }: UnitChange,
  { tier, size, processes = 0 }: UnitHost,
): Effect[] {
  if (verb === "reload" && unit === databaseProxy && tier === tierWords.app) {
    const visitors =
      "connections of the app to the databases are cut within a minute after the reload; a query under way then fails";
    return [{ level: 1, visitors, reason: `the database proxy of each ${tier} reloads` }];
  }
  if (verb === "reload") {
    const visitors = "services read their settings anew and go on; no request fails";
    return [{ level: 0, visitors, reason: "" }];
  }
  if (verb === "start") return [];
  const reason = `${unit.replace(/@\d+\.service$|\.service$/, "")} restarts on each ${tier}, one after the other`;
  if (unit.startsWith("mysql.")) return [mysqlRestart(size, reason)];
  if (isAppProcess(unit)) return [appRestart(size * processes, reason)];
  if (drained || (unit.startsWith("nginx.") && size > 1)) {
    const visitors = `each ${tier} gives its visitors to another one before its ${unit.replace(".service", "")} restarts; only answers that take longer than ten seconds are cut; one node at a time`;
    return [{ level: 1, visitors, reason }];
  }
  if (/^(haproxy|nginx|webstack-app-balancer)\./.test(unit)) {
    const visitors = `requests that are under way on a ${tier} while its ${unit.replace(".service", "")} restarts are cut; one node at a time`;
    return [{ level: size > 1 ? 1 : 2, visitors, reason }];
  }
  if (unit.startsWith("keepalived.")) {
    const visitors =
      "the public address moves to the other load balancer, which takes about a second";
    return [{ level: 1, visitors, reason }];
  }
  if (unit.startsWith("webstack-")) {
    return [{ level: 0, visitors: "nothing that answers visitors stops", reason: "" }];
  }
  return [{ level: 1, visitors: "nothing that answers visitors stops", reason }];
}

/** @param processes number of the app's processes in the whole stack. */
function appRestart(processes: number, reason: string): Effect {
  if (processes !== 1) {
    const visitors =
      "one process of the app after the other ends its requests and restarts, and the rest answers; no request fails";
    return { level: 1, visitors, reason };
  }
  const visitors =
    "the only process of the app is off while it restarts: what needs the app fails until it is healthy";
  return { level: 2, visitors, reason: `${reason}, and no other process of the app stands in` };
}

function mysqlRestart(size: number, reason: string): Effect {
  if (size > 1) {
    const visitors =
      "one database node at a time restarts MySQL; the primary gives its role away first, so writes wait up to a second and none fails";
    return { level: 1, visitors, reason };
  }
  const visitors = "the only MySQL is off while it restarts: what needs the database fails";
  return { level: 2, visitors, reason };
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
