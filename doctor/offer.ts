import { z } from "zod";
import { priceList, type Prices } from "../preview/price-list";
import { type Call, read, readAll } from "./api";

const deprecation = z.object({ announced: z.string(), unavailable_after: z.string() }).nullish();

const serverType = z.object({
  name: z.string(),
  cores: z.number(),
  memory: z.number(),
  disk: z.number(),
  architecture: z.string(),
  deprecation,
  locations: z
    .array(z.object({ name: z.string(), available: z.boolean().optional(), deprecation }))
    .default([]),
});

const image = z.object({
  name: z.string().nullable(),
  architecture: z.string(),
  deprecated: z.string().nullish(),
});

const named = z.object({
  name: z.string().nullable(),
  labels: z.record(z.string(), z.string()).default({}),
});
const server = named.extend({
  server_type: z.object({ name: z.string() }),
  public_net: z.object({ ipv4: z.object({ ip: z.string() }).nullish() }),
});
const floatingIp = named.extend({ type: z.enum(["ipv4", "ipv6"]), ip: z.string() });

/** A server type, as in the API's list. */
export type ServerType = z.infer<typeof serverType>;
/** A resource of the project with its labels. */
export type Named = z.infer<typeof named>;

/** Hetzner's present offer, and the resources of the project. */
export interface Offer {
  serverTypes: ServerType[];
  prices: Prices;
  /** Images with the wanted name, one for each architecture. */
  images: z.infer<typeof image>[];
  servers: z.infer<typeof server>[];
  floatingIps: z.infer<typeof floatingIp>[];
  volumes: Named[];
  placementGroups: Named[];
  firewalls: Named[];
}

/**
 * Reads the offer with eight calls, and further calls for lists of more than 50 entries. Stock and deprecation are in
 * `locations` of each server type; `/datacenters`, which had the stock earlier, is gone since October 2026.
 * https://docs.hetzner.cloud/reference/cloud#server-types
 *
 * @throws RefusedError if the API refuses.
 */
export async function readOffer(call: Call, imageName: string): Promise<Offer> {
  const images = `/images?name=${encodeURIComponent(imageName)}&include_deprecated=true`;
  return {
    serverTypes: await readAll(call, "/server_types", serverType),
    prices: await read(call, "/pricing", priceList),
    images: await readAll(call, images, image),
    servers: await readAll(call, "/servers", server),
    floatingIps: await readAll(call, "/floating_ips", floatingIp),
    volumes: await readAll(call, "/volumes", named),
    placementGroups: await readAll(call, "/placement_groups", named),
    firewalls: await readAll(call, "/firewalls", named),
  };
}
