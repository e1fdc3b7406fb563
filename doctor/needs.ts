import type { Settings } from "../config";
import { placementGroups, topology } from "../topology";
import type { Named, Offer } from "./offer";

/** A server that the stack has or wants. */
export interface WantedServer {
  /** Such as `web-1`. */
  name: string;
  /** Section of the stack file that has its type, such as `loadBalancers`. */
  section: "loadBalancers" | "web" | "app" | "db";
  serverType: string;
  /** Such as `nbg1`. */
  location: string;
  /** Type of the server that is there; undefined: it is not there yet. */
  now: string | undefined;
}

/** What a stack wants of the project. */
export interface Needs {
  servers: WantedServer[];
  /** Kinds of floating addresses, the one whose location is `home`. */
  floatingIps: ("ipv4" | "ipv6")[];
  home: string;
  /** GB of the volume of each database; none if there are no volumes. */
  volumesGb: number[];
  /** Numbers of things of a kind that are not there yet. */
  missing: Record<
    "servers" | "floating_ips" | "volumes" | "placement_groups" | "firewalls",
    number
  >;
}

/** Names and labels of the stack, as its resources have them. */
export interface Identity {
  project: string;
  stack: string;
}

const sections = { lb: "loadBalancers", web: "web", app: "app", db: "db" } as const;
/** Firewalls of a stack: of the load balancers, and of all others. */
const firewallCount = 2;

/** True if a thing has the labels of the stack. */
export function isOf({ project, stack }: Identity, { labels }: Named): boolean {
  return labels.project === project && labels.stack === stack;
}

/** Servers of the same type at the same location, together. */
export function alike(servers: readonly WantedServer[]): WantedServer[][] {
  const groups: Record<string, WantedServer[]> = {};
  for (const one of servers) (groups[`${one.serverType} ${one.location}`] ??= []).push(one);
  return Object.values(groups);
}

/** What a stack wants, and how much of it is not there. */
export function needsOf(settings: Settings, offer: Offer, identity: Identity): Needs {
  const { web, app, db, loadBalancers, locations } = settings;
  const counts = { lb: 2, web: web.count, app: app.count, db: db.nodes };
  const plan = topology({ ipRange: settings.network.ipRange, locations, counts });
  const nodes = [plan.lb, plan.web, plan.app, plan.db].flat();
  const own = <T extends Named>(all: readonly T[]) => all.filter((one) => isOf(identity, one));
  const servers = nodes.map(({ name, role, location }) => ({
    name,
    section: sections[role],
    serverType: settings[sections[role]].serverType,
    location,
    now: own(offer.servers).find((server) => server.name === name)?.server_type.name,
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
      firewalls: lacking(firewallCount, offer.firewalls),
    },
  };
}
