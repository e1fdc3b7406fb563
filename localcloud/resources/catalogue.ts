import { Hono } from "hono";
import { images, imageToWire, isos } from "../catalogue/images";
import { locations } from "../catalogue/locations";
import {
  allServerTypes,
  loadBalancerTypes,
  serverTypes,
  serverTypeToWire,
  serverTypePrices,
} from "../catalogue/server-types";
import type { Cloud } from "../cloud";
import { notFound, ApiError } from "../errors";
import { listed, type Filters } from "../listing";
import { idOf, type Env } from "../request";
import { allDatacenters } from "../catalogue/datacenters";
import type { Offer } from "../faults/offer";

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

/** Datacenters, gone since October 2026. https://docs.hetzner.cloud/changelog */
export function datacenterRoutes({ behaviour }: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  const refuseGone = () => {
    if (behaviour.listsDatacenters) return;
    throw new ApiError("deprecated_api_endpoint", "this endpoint is deprecated", {
      announcement: "https://docs.hetzner.cloud/changelog#2025-12-16-phasing-out-datacenters",
    });
  };
  routes.get("/datacenters", (call) => {
    refuseGone();
    return listed(call, "datacenters", allDatacenters(), (item) => item);
  });
  routes.get("/datacenters/:id", (call) => {
    refuseGone();
    const id = idOf(call);
    const datacenter = allDatacenters().find((item) => item.id === id);
    if (!datacenter) throw notFound("datacenter", id);
    return call.json({ datacenter });
  });
  return routes;
}

/** German VAT, which the API reports to accounts in Germany. */
const vatFactor = 1.19;

/** A price net and with VAT, EUR. */
export function money(net: number): { net: string; gross: string } {
  return { net: net.toFixed(10), gross: (net * vatFactor).toFixed(10) };
}

function perLocation(monthly: number): object[] {
  return locations.map(({ name }) => ({
    location: name,
    price_hourly: money(monthly / 720),
    price_monthly: money(monthly),
  }));
}

/** All prices, as of September 2026. https://docs.hetzner.cloud/reference/cloud#pricing */
function pricing(offer: Offer): object {
  const addresses = (ipv4: number, ipv6: number) => [
    { type: "ipv4", prices: perLocation(ipv4) },
    { type: "ipv6", prices: perLocation(ipv6) },
  ];
  return {
    currency: "EUR",
    vat_rate: "19.000000",
    image: { price_per_gb_month: money(0.0119) },
    volume: { price_per_gb_month: money(offer.price("volume", 0.044)) },
    server_backup: { percentage: "20.0000000000" },
    floating_ip: { price_monthly: money(offer.price("floating_ip", 3)) },
    floating_ips: addresses(offer.price("floating_ip", 3), 1),
    primary_ips: addresses(offer.price("primary_ip", 0.5), 0),
    load_balancer_types: [],
    server_types: serverTypes.map((item) => ({
      id: item.id,
      name: item.name,
      prices: serverTypePrices(item, offer),
    })),
  };
}
