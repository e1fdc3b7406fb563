import type { Hono } from "hono";
import { z } from "zod";
import { actionToWire, resourceOf } from "../actions";
import { datacenterIn, locationOfDatacenter } from "../catalogue/datacenters";
import { findLocation } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import type { Command } from "../commands";
import { ApiError, invalidInput } from "../errors";
import type { Action, PrimaryIp, Server } from "../model";
import { newPrimaryIp, primaryIpsOf, pushPublicNic } from "../nics";
import { bodyOf, idOf, labelsShape, type Call, type Env } from "../request";
import { changeDnsPtr, dnsPtrToWire } from "../reverse-dns";
import { addProtectionRoute, answerAction, familyRoutes } from "./family";

const createShape = z.object({
  name: z.string().min(1),
  type: z.enum(["ipv4", "ipv6"]),
  location: z.string().optional(),
  datacenter: z.string().optional(),
  assignee_id: z.number().int().nullish(),
  assignee_type: z.enum(["server", "unassigned"]).optional(),
  auto_delete: z.boolean().optional(),
  labels: labelsShape.optional(),
});

function toWire({ behaviour }: Cloud, ip: PrimaryIp): object {
  return {
    id: ip.id,
    name: ip.name,
    type: ip.type,
    ip: ip.ip,
    assignee_id: ip.assignee,
    assignee_type: ip.assignee === null && behaviour.saysUnassigned ? "unassigned" : "server",
    auto_delete: ip.autoDelete,
    blocked: false,
    dns_ptr: dnsPtrToWire(ip.dnsPtr),
    location: findLocation(ip.location),
    ...(behaviour.hasDatacenters ? { datacenter: datacenterIn(ip.location) } : {}),
    protection: ip.protection,
    labels: ip.labels,
    created: ip.created,
  };
}

function refuseRunning(server: Server): void {
  if (server.status !== "off") {
    throw new ApiError("server_not_stopped", "server must be stopped to change its primary IPs");
  }
}

function refuseSecond(cloud: Cloud, server: Server, type: PrimaryIp["type"]): void {
  if (primaryIpsOf(cloud, server).some((other) => other.type === type)) {
    throw new ApiError(`server_has_${type}`, `server already has a primary ${type}`);
  }
}

/** Primary IPs. https://docs.hetzner.cloud/reference/cloud#primary-ips */
export function primaryIpRoutes(cloud: Cloud): Hono<Env> {
  const routes = familyRoutes(cloud, {
    kind: "primary_ips",
    toWire: (ip) => toWire(cloud, ip),
    filters: { ip: ({ ip }) => ip },
    fields: { auto_delete: z.boolean().optional() },
    onUpdate: (ip, { auto_delete: autoDelete }) => {
      if (typeof autoDelete === "boolean") ip.autoDelete = autoDelete;
    },
    onDelete: async (ip) => {
      if (ip.assignee === null) return;
      if (cloud.behaviour.refusesAssignedDeletion) {
        throw new ApiError("must_be_unassigned", "primary IP must be unassigned before deletion");
      }
      const server = cloud.store.get("servers", ip.project, ip.assignee);
      refuseRunning(server);
      ip.assignee = null;
      await pushPublicNic(cloud, server);
    },
  });
  routes.post("/primary_ips", async (call) => create(cloud, call));
  addAssignRoutes(routes, cloud);
  addProtectionRoute(routes, cloud, "primary_ips");
  return routes;
}

async function create(cloud: Cloud, call: Call): Promise<Response> {
  const body = await bodyOf(call, createShape);
  const project = call.get("project");
  const server = body.assignee_id
    ? cloud.store.get("servers", project, body.assignee_id)
    : undefined;
  if (server) {
    refuseRunning(server);
    refuseSecond(cloud, server, body.type);
  }
  const ip = newPrimaryIp(cloud, project, {
    ...body,
    location: placeOf(cloud, body, server),
    autoDelete: body.auto_delete ?? false,
    assignee: server?.id ?? null,
  });
  const action = server ? await replug(cloud, ip, "create_primary_ip", server) : null;
  const wire = { primary_ip: toWire(cloud, ip), action: action && actionToWire(action) };
  return call.json(wire, 201);
}

function placeOf(
  { behaviour }: Cloud,
  { location, datacenter }: z.infer<typeof createShape>,
  server: Server | undefined,
): string {
  const named = behaviour.hasDatacenters ? locationOfDatacenter(datacenter ?? "") : undefined;
  const place = findLocation(location ?? named ?? server?.location ?? "");
  if (!place) {
    throw invalidInput({ name: "location", message: "location or assignee_id is required" });
  }
  if (server && place.name !== server.location) {
    throw invalidInput({ name: "location", message: "must be the server's" });
  }
  return place.name;
}

/** Tells a server's machine its public interface, as an action. */
function replug(cloud: Cloud, ip: PrimaryIp, command: Command, server?: Server): Promise<Action> {
  const resources = [
    resourceOf("primary_ips", ip),
    ...(server ? [resourceOf("servers", server)] : []),
  ];
  const work = async () => (server ? pushPublicNic(cloud, server) : undefined);
  return cloud.actions.start({ project: ip.project, command, resources, work });
}

const assignShape = z.object({
  assignee_id: z.number().int(),
  assignee_type: z.literal("server").optional(),
});

function addAssignRoutes(routes: Hono<Env>, cloud: Cloud): void {
  const { store } = cloud;
  const found = (call: Call) => store.get("primary_ips", call.get("project"), idOf(call));
  routes.post("/primary_ips/:id/actions/assign", async (call) => {
    const ip = found(call);
    const body = await bodyOf(call, assignShape);
    const server = store.get("servers", ip.project, body.assignee_id);
    if (ip.assignee !== null) {
      throw new ApiError("primary_ip_already_assigned", "primary IP is already assigned");
    }
    refuseSecond(cloud, server, ip.type);
    refuseRunning(server);
    refuseElsewhere(ip, server.location);
    ip.assignee = server.id;
    return answerAction(call, await replug(cloud, ip, "assign_primary_ip", server));
  });
  routes.post("/primary_ips/:id/actions/unassign", async (call) => {
    const ip = found(call);
    const server = ip.assignee === null ? undefined : store.get("servers", ip.project, ip.assignee);
    if (server) refuseRunning(server);
    ip.assignee = null;
    return answerAction(call, await replug(cloud, ip, "unassign_primary_ip", server));
  });
  routes.post("/primary_ips/:id/actions/change_dns_ptr", async (call) => {
    const ip = found(call);
    await changeDnsPtr(call, [ip]);
    const resources = [resourceOf("primary_ips", ip)];
    const task = { project: ip.project, command: "change_dns_ptr", resources } as const;
    return answerAction(call, await cloud.actions.start(task));
  });
}

/** @throws ApiError if the address is bound to another location than `location`. */
export function refuseElsewhere(ip: PrimaryIp, location: string): void {
  if (ip.location === location) return;
  const text = `primary IP is in ${ip.location}, the server is in ${location}`;
  throw new ApiError("primary_ip_datacenter_mismatch", text);
}
