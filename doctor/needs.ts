import type { Settings } from "../config";
import { placementGroups, topology } from "../topology";
import type { Named, Offer } from "./offer";

/** A server that the stack has or needs. */
export interface WantedServer {
  /** Name, such as `web-1`. */
  name: string;
  /** Section of the stack file with the server's type, such as `loadBalancers`. */
  section: "loadBalancers" | "web" | "app" | "db";
  serverType: string;
  /** Location, such as `nbg1`. */
  location: string;
  /** Present type of the server; undefined: the server does not exist yet. */
  now: string | undefined;
  /** True if the server has a public address. */
  isPublic: boolean;
}

/** Resources that a stack needs in the project. */
export interface Needs {
  servers: WantedServer[];
  /** Kinds of floating addresses; their location is `home`. */
  floatingIps: ("ipv4" | "ipv6")[];
  home: string;
  /** Size of each database's volume, GB; empty without volumes. */
  volumesGb: number[];
  /** Number of missing resources by kind. */
  missing: Record<
    "servers" | "floating_ips" | "volumes" | "placement_groups" | "firewalls",
    number
  >;
}

/** Names of project and stack, as in the labels of the stack's resources. */
export interface Identity {
  project: string;
  stack: string;
}

const sections = { lb: "loadBalancers", web: "web", app: "app", db: "db" } as const;
/** Number of a stack's firewalls: one for the load balancers, one for all other nodes with public addresses. */
const firewallCounts = { all: 2, edge: 1 } as const;

/** True if a resource has the labels of the stack. */
export function isOf({ project, stack }: Identity, { labels }: Named): boolean {
  return labels.project === project && labels.stack === stack;
}

/** Groups servers by type and location. */
export function byTypeAndLocation(servers: readonly WantedServer[]): WantedServer[][] {
  const groups: Record<string, WantedServer[]> = {};
  for (const one of servers) (groups[`${one.serverType} ${one.location}`] ??= []).push(one);
  return Object.values(groups);
}

/** Resources that a stack needs, and the number of missing ones. */
export function needsOf(settings: Settings, offer: Offer, identity: Identity): Needs {
  const { web, app, db, loadBalancers, locations } = settings;
  const { ipRange, publicAddresses } = settings.network;
  const counts = { lb: 2, web: web.count, app: app.count, db: db.nodes };
  const plan = topology({ ipRange, locations, counts });
  const nodes = [plan.lb, plan.web, plan.app, plan.db].flat();
  const own = <T extends Named>(all: readonly T[]) => all.filter((one) => isOf(identity, one));
  const servers = nodes.map(({ name, role, location }) => ({
    name,
    section: sections[role],
    serverType: settings[sections[role]].serverType,
    location,
    now: own(offer.servers).find((server) => server.name === name)?.server_type.name,
    isPublic: role === "lb" || publicAddresses === "all",
  }));
  const floatingIps = loadBalancers.ipv6 ? (["ipv4", "ipv6"] as const) : (["ipv4"] as const);
  const volumesGb = db.volumeGb === undefined ? [] : plan.db.map(() => db.volumeGb!);
  const lacking = (wanted: number, there: readonly Named[]) =>
    Math.max(0, wanted - own(there).length);
  return {
    servers,
    floatingIps: [...floatingIps],
    home: locations[0]!,
    volumesGb,
    missing: {
      servers: servers.filter(({ now }) => now === undefined).length,
      floating_ips: lacking(floatingIps.length, offer.floatingIps),
      volumes: lacking(volumesGb.length, offer.volumes),
      placement_groups: lacking(placementGroups(nodes).length, offer.placementGroups),
      firewalls: lacking(firewallCounts[publicAddresses], offer.firewalls),
    },
  };
}
