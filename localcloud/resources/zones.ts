import { Hono } from "hono";
import { z } from "zod";
import { actionToWire, resourceOf } from "../actions";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput, isProtected, notFound } from "../errors";
import type { Zone } from "../model";
import { nameservers } from "../names/zone-answer";
import { bodyOf, labelsShape, type Call, type Env } from "../request";
import { answerAction, familyRoutes, stored } from "./family";

/** Seconds for which records hold, at least. Source: https://docs.hetzner.cloud/reference/cloud#zones */
export const ttlShape = z.number().int().min(60).max(2_147_483_647);
/** Seconds for which records of a new zone hold. Source: the same page. */
const usualTtl = 3_600;

const createShape = z.object({
  name: z.string(),
  mode: z.enum(["primary", "secondary"]),
  ttl: ttlShape.optional(),
  labels: labelsShape.optional(),
  zonefile: z.unknown().optional(),
  rrsets: z.unknown().optional(),
  primary_nameservers: z.unknown().optional(),
});
/** Fields of a new zone that would be lost. */
const notEmulated = ["zonefile", "rrsets", "primary_nameservers"] as const;

const updateShape = z.object({
  name: z.undefined({ error: "a zone cannot be renamed" }).optional(),
  labels: labelsShape.optional(),
});

const domain = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

function toWire(zone: Zone): object {
  return {
    id: zone.id,
    name: zone.name,
    created: zone.created,
    mode: zone.mode,
    ttl: zone.ttl,
    primary_nameservers: [],
    labels: zone.labels,
    protection: zone.protection,
    registrar: "other",
    status: "ok",
    record_count: zone.rrsets.reduce((sum, { records }) => sum + records.length, 0),
    authoritative_nameservers: {
      assigned: nameservers.map((name) => `${name}.`),
      delegated: nameservers.map((name) => `${name}.`),
      delegation_last_check: zone.created,
      delegation_status: "valid",
    },
  };
}

/** The zone of a path, by id or name. @throws ApiError `not_found`. */
export function zoneOf({ store }: Cloud, call: Call): Zone {
  const text = call.req.param("id") ?? "";
  const zones = store.of("zones", call.get("project"));
  const found = zones.find(({ id, name }) => String(id) === text || name === text);
  if (!found) throw notFound("zone", text);
  return found;
}

/** Makes the zones of all projects known to their name servers; of two with the same name the older one counts. */
export function publishZones({ store, publishZones: publish }: Cloud): void {
  const zones = store.all("zones").map(({ name, mode, ttl, serial = 1, rrsets }) => {
    const sets = rrsets.map(({ name: of, type, ttl: seconds, records }) => ({
      ...{ name: of, type, ttl: seconds },
      records: records.map(({ value }) => ({ value })),
    }));
    return { name, mode, ttl, serial, rrsets: sets };
  });
  publish?.(zones);
}

/** DNS zones, without zone files, changes of the TTL and imports. https://docs.hetzner.cloud/reference/cloud#zones */
export function zoneRoutes(cloud: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  const task = (zone: Zone) => ({
    project: zone.project,
    resources: [resourceOf("zones", zone)],
  });
  routes.post("/zones", async (call) => {
    const body = await bodyOf(call, createShape);
    const { name, mode, ttl = usualTtl, labels } = body;
    const lost = notEmulated.find((field) => (body[field] ?? null) !== null);
    if (lost) throw new ApiError("unsupported_error", `the local cloud does not emulate ${lost}`);
    if (!domain.test(name)) {
      throw invalidInput({ name: "name", message: "name must be a domain in lower case" });
    }
    const base = stored(cloud, call, name, labels);
    const zone: Zone = { ...base, mode, ttl, rrsets: [], protection: { delete: false } };
    cloud.store.add("zones", zone);
    publishZones(cloud);
    const action = await cloud.actions.start({ ...task(zone), command: "create_zone" });
    return call.json({ zone: toWire(zone), action: actionToWire(action) }, 201);
  });
  // By id or name; an action has no name.
  routes.get("/zones/:id", async (call, next) => {
    if (call.req.param("id") === "actions") return next();
    return call.json({ zone: toWire(zoneOf(cloud, call)) });
  });
  routes.put("/zones/:id", async (call) => {
    const zone = zoneOf(cloud, call);
    zone.labels = (await bodyOf(call, updateShape)).labels ?? zone.labels;
    cloud.store.changed();
    return call.json({ zone: toWire(zone) });
  });
  routes.delete("/zones/:id", async (call) => {
    const zone = zoneOf(cloud, call);
    if (zone.protection.delete) throw isProtected("zone");
    cloud.store.remove("zones", zone.id);
    publishZones(cloud);
    return answerAction(call, await cloud.actions.start({ ...task(zone), command: "delete_zone" }));
  });
  const filters = { mode: ({ mode }: Zone) => mode };
  routes.route("/", familyRoutes(cloud, { kind: "zones", toWire, filters }));
  return routes;
}
