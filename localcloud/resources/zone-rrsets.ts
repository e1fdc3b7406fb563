import { Hono } from "hono";
import { z } from "zod";
import { actionToWire, resourceOf } from "../actions";
import type { Cloud } from "../cloud";
import type { Command } from "../commands";
import { ApiError, invalidInput, notFound } from "../errors";
import { listed } from "../listing";
import type { Action, RrSet, Zone } from "../model";
import { isConverted, recordData } from "../names/record-data";
import { bodyOf, labelsShape, type Call, type Env } from "../request";
import { answerAction } from "./family";
import { publishZones, ttlShape, zoneOf } from "./zones";

/** Types of records. Source: https://docs.hetzner.cloud/reference/cloud#zone-rrsets */
const types = [
  ...["A", "AAAA", "CAA", "CNAME", "DS", "HINFO", "HTTPS", "MX", "NS", "PTR", "RP", "SOA"],
  ...["SRV", "SVCB", "TLSA", "TXT"],
] as const;
/** The zone itself, or a name relative to it, the first label of which may be a wildcard. RFC 1035, 2.3.1; RFC 4592 */
const setName =
  /^(@|\*|(\*\.)?[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*)$/i;
const nameShape = z.string().regex(setName, "must be @ or a name relative to the zone");
const recordsShape = z
  .array(z.object({ value: z.string().min(1), comment: z.string().optional() }))
  .min(1)
  .max(50);
const createShape = z.object({
  name: nameShape,
  type: z.enum(types),
  ttl: ttlShape.nullish(),
  labels: labelsShape.optional(),
  records: recordsShape,
});
const addShape = z.object({ ttl: ttlShape.nullish(), records: recordsShape });
const changeShape = z.object({ records: recordsShape });
/** Strings in quotes, each of at most 255 characters. Source: the TXT section of the same page. */
const textValue = /^"[^"]{0,255}"( "[^"]{0,255}")*$/;

type Records = z.infer<typeof recordsShape>;

function toWire(zone: Zone, { name, type, ttl, labels, records }: RrSet): object {
  const id = `${name}/${type}`;
  return { id, zone: zone.id, name, type, ttl, labels, records, protection: { change: false } };
}

/** Sets of records. https://docs.hetzner.cloud/reference/cloud#zone-rrsets */
export function rrSetRoutes(cloud: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  const one = "/zones/:id/rrsets/:name/:type";
  routes.get("/zones/:id/rrsets", (call) => {
    const zone = primary(cloud, call);
    const sets = zone.rrsets.map((set, id) => ({ ...set, id }));
    return listed(call, "rrsets", sets, (set) => toWire(zone, set), { type: ({ type }) => type });
  });
  routes.post("/zones/:id/rrsets", async (call) => {
    const zone = primary(cloud, call);
    const { name, type, ttl = null, labels = {}, records } = await bodyOf(call, createShape);
    if (find(zone, name, type)) {
      throw new ApiError("uniqueness_error", `RRSet '${name}/${type}' exists`);
    }
    const set = { name, type, ttl, labels, records: checked(zone, type, records) };
    zone.rrsets.push(set);
    const action = await changed(cloud, zone, "create_rrset");
    return call.json({ rrset: toWire(zone, set), action: actionToWire(action) }, 201);
  });
  routes.get(one, (call) => {
    const zone = primary(cloud, call);
    return call.json({ rrset: toWire(zone, existing(zone, call)) });
  });
  routes.delete(one, async (call) => {
    const zone = primary(cloud, call);
    drop(zone, existing(zone, call));
    return answerAction(call, await changed(cloud, zone, "delete_rrset"));
  });
  addRecordRoutes(routes, cloud, `${one}/actions`);
  return routes;
}

function addRecordRoutes(routes: Hono<Env>, cloud: Cloud, actions: string): void {
  routes.post(`${actions}/set_records`, async (call) => {
    const zone = primary(cloud, call);
    const set = existing(zone, call);
    set.records = checked(zone, set.type, (await bodyOf(call, changeShape)).records);
    return answerAction(call, await changed(cloud, zone, "set_rrset_records"));
  });
  routes.post(`${actions}/add_records`, async (call) => {
    const zone = primary(cloud, call);
    const { ttl = null, records } = await bodyOf(call, addShape);
    const { name, type } = nameAndType(call);
    const before = find(zone, name, type);
    const added = checked(zone, type, [...(before?.records ?? []), ...records]);
    if (before) before.records = added;
    else zone.rrsets.push({ name, type, ttl, labels: {}, records: added });
    return answerAction(call, await changed(cloud, zone, "add_rrset_records"));
  });
  routes.post(`${actions}/remove_records`, async (call) => {
    const zone = primary(cloud, call);
    const set = existing(zone, call);
    const { records } = await bodyOf(call, changeShape);
    for (const { value } of records) {
      if (!set.records.some((record) => record.value === value)) {
        throw invalidInput({ name: "records", message: `record '${value}' does not exist` });
      }
    }
    set.records = set.records.filter(({ value }) => !records.some((one) => one.value === value));
    if (set.records.length === 0) drop(zone, set);
    return answerAction(call, await changed(cloud, zone, "remove_rrset_records"));
  });
}

function primary(cloud: Cloud, call: Call): Zone {
  const zone = zoneOf(cloud, call);
  if (zone.mode === "primary") return zone;
  throw new ApiError("incorrect_zone_mode", "operation is not supported for the mode of the zone");
}

function nameAndType(call: Call): { name: string; type: string } {
  const type = call.req.param("type") ?? "";
  if (!(types as readonly string[]).includes(type)) {
    throw invalidInput({ name: "rr_type", message: `unknown type '${type}'` });
  }
  const name = call.req.param("name") ?? "";
  if (!setName.test(name)) throw invalidInput({ name: "rr_name", message: `no name: '${name}'` });
  return { name, type };
}

function find(zone: Zone, name: string, type: string): RrSet | undefined {
  return zone.rrsets.find((set) => set.name === name && set.type === type);
}

function existing(zone: Zone, call: Call): RrSet {
  const { name, type } = nameAndType(call);
  const found = find(zone, name, type);
  if (!found) throw notFound("rrset", `${name}/${type}`);
  return found;
}

function drop(zone: Zone, set: RrSet): void {
  zone.rrsets.splice(zone.rrsets.indexOf(set), 1);
}

/** @throws ApiError `invalid_input` for a value that does not fit the type, or is there twice. */
function checked(zone: Zone, type: string, records: Records): Records {
  const values = records.map(({ value }) => value);
  const odd = type === "TXT" ? values.find((value) => !textValue.test(value)) : undefined;
  if (odd !== undefined) {
    throw invalidInput({ name: "records", message: `TXT value ${odd} must be strings in quotes` });
  }
  const unfit = values.find(
    (value) => isConverted(type) && recordData(type, value, zone.name) === undefined,
  );
  if (unfit !== undefined) {
    throw invalidInput({ name: "records", message: `${type} value ${unfit} is invalid` });
  }
  if (type === "CNAME" && values.length > 1) {
    throw invalidInput({ name: "records", message: "CNAME has one record" });
  }
  if (new Set(values).size < values.length) {
    throw invalidInput({ name: "records", message: "a record is there twice" });
  }
  return records;
}

async function changed(cloud: Cloud, zone: Zone, command: Command): Promise<Action> {
  zone.serial = (zone.serial ?? 1) + 1;
  cloud.store.changed();
  publishZones(cloud);
  const { project } = zone;
  return cloud.actions.start({ project, command, resources: [resourceOf("zones", zone)] });
}
