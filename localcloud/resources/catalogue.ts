import { Hono } from "hono";
import { images, imageToWire, isos } from "../catalogue/images";
import { locations } from "../catalogue/locations";
import { pricing } from "../catalogue/pricing";
import {
  allServerTypes,
  loadBalancerTypes,
  serverTypes,
  serverTypeToWire,
} from "../catalogue/server-types";
import type { Cloud } from "../cloud";
import { notFound } from "../errors";
import { listed, type Filters } from "../listing";
import { idOf, type Env } from "../request";

interface Entry {
  id: number;
  name: string;
}

/** One read-only family. */
interface Shelf<T extends Entry> {
  /** As in the URL, such as `locations`, and as in an answer, such as `location`. */
  names: [plural: string, singular: string];
  items: readonly T[];
  /** Entries that answer by id but are in no list. */
  hidden?: readonly T[];
  toWire?: (item: T) => object;
  filters?: Filters<T>;
}

function shelve<T extends Entry>(routes: Hono<Env>, shelf: Shelf<T>): void {
  const { items, hidden = [], toWire = (item: T) => item, filters } = shelf;
  const [plural, singular] = shelf.names;
  routes.get(`/${plural}`, (call) => listed(call, plural, items, toWire, filters));
  routes.get(`/${plural}/:id`, (call) => {
    const id = idOf(call);
    const found = [...items, ...hidden].find((item) => item.id === id);
    if (!found) throw notFound(singular, id);
    return call.json({ [singular]: toWire(found) });
  });
}

/**
 * What can be ordered and where.
 * https://docs.hetzner.cloud/reference/cloud#locations and the pages after it
 */
export function catalogueRoutes(cloud: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  shelve(routes, { names: ["locations", "location"], items: locations });
  shelve(routes, {
    names: ["server_types", "server_type"],
    items: serverTypes,
    hidden: allServerTypes.filter((item) => !serverTypes.includes(item)),
    toWire: (item) => serverTypeToWire(item, cloud),
  });
  shelve(routes, {
    names: ["images", "image"],
    items: images,
    toWire: imageToWire,
    filters: {
      architecture: ({ architecture }) => architecture,
      type: () => "system",
      status: () => "available",
      bound_to: () => null,
    },
  });
  shelve(routes, {
    names: ["isos", "iso"],
    items: isos,
    filters: { architecture: ({ architecture }) => architecture },
  });
  shelve(routes, {
    names: ["load_balancer_types", "load_balancer_type"],
    items: loadBalancerTypes,
  });
  routes.get("/pricing", (call) => call.json({ pricing: pricing(cloud.offer) }));
  return routes;
}
