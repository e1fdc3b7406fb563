import type { Hono } from "hono";
import { z } from "zod";
import { actionToWire, resourceOf } from "../actions";
import { freePublicAddress, ipv6Network } from "../addresses";
import { findLocation } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import type { Command } from "../commands";
import { ApiError, invalidInput, limitExceeded, refuseLocked } from "../errors";
import type { Action, FloatingIp, Server } from "../model";
import { bodyOf, idOf, labelsShape, type Call, type Env } from "../request";
import { changeDnsPtr, defaultDnsPtr, dnsPtrToWire } from "../reverse-dns";
import { addProtectionRoute, answerAction, familyRoutes, stored } from "./family";

const createShape = z.object({
  type: z.enum(["ipv4", "ipv6"]),
  name: z.string().min(1).optional(),
  description: z.string().nullish(),
  home_location: z.string().optional(),
  server: z.number().int().optional(),
  labels: labelsShape.optional(),
});

function toWire(ip: FloatingIp): object {
  return {
    id: ip.id,
    name: ip.name,
    description: ip.description,
    ip: ip.ip,
    type: ip.type,
    server: ip.server,
    dns_ptr: dnsPtrToWire(ip.dnsPtr),
    home_location: findLocation(ip.homeLocation),
    blocked: false,
    protection: ip.protection,
    labels: ip.labels,
    created: ip.created,
  };
}

/** Floating IPs. https://docs.hetzner.cloud/reference/cloud#floating-ips */
export function floatingIpRoutes(cloud: Cloud): Hono<Env> {
  const routes = familyRoutes(cloud, {
    kind: "floating_ips",
    toWire,
    filters: { ip: ({ ip }) => ip },
    fields: { description: z.string().nullish() },
    onUpdate: (ip, { description }) => {
      if (typeof description === "string") ip.description = description;
    },
    onDelete: async (ip) => {
      if (ip.server !== null && cloud.behaviour.refusesAssignedDeletion) {
        throw new ApiError("must_be_unassigned", "floating IP must be unassigned before deletion");
      }
      await cloud.driver.assignFloatingIp(ip.ip, undefined);
    },
  });
  routes.post("/floating_ips", async (call) => {
    const ip = newFloatingIp(cloud, call, await bodyOf(call, createShape));
    const server = unlocked(cloud, ip.project, ip.server);
    cloud.store.add("floating_ips", ip);
    const action = server ? await route(cloud, ip, "create_floating_ip", server) : null;
    return call.json({ floating_ip: toWire(ip), action: action && actionToWire(action) }, 201);
  });
  addAssignRoutes(routes, cloud);
  addProtectionRoute(routes, cloud, "floating_ips");
  return routes;
}

function resources(ip: FloatingIp): Action["resources"] {
  const server = ip.server === null ? [] : [resourceOf("servers", { id: ip.server })];
  return [resourceOf("floating_ips", ip), ...server];
}

/**
 * Sends the address to the server that has it now.
 *
 * @param lock server that gets the address or loses it by `unassign`. The server that loses an address to another one is
 * not locked: the API's action names only the new one.
 */
function route(
  { actions, driver }: Cloud,
  ip: FloatingIp,
  command: Command,
  lock: Server | undefined,
): Promise<Action> {
  const { project, server } = ip;
  const work = () => driver.assignFloatingIp(ip.ip, server ?? undefined);
  const task = { project, command, resources: resources(ip), work };
  return actions.start(lock ? { ...task, lock } : task);
}

/** The server with an id; undefined for none. @throws ApiError `not_found`, or `locked` while another action has it. */
function unlocked({ store }: Cloud, project: string, id: number | null): Server | undefined {
  const server = id === null ? undefined : store.get("servers", project, id);
  if (server) refuseLocked(server);
  return server;
}

function addAssignRoutes(routes: Hono<Env>, cloud: Cloud): void {
  const found = (call: Call) => cloud.store.get("floating_ips", call.get("project"), idOf(call));
  routes.post("/floating_ips/:id/actions/assign", async (call) => {
    const ip = found(call);
    const { server } = await bodyOf(call, z.object({ server: z.number().int() }));
    const owner = unlocked(cloud, ip.project, server);
    ip.server = server;
    return answerAction(call, await route(cloud, ip, "assign_floating_ip", owner));
  });
  routes.post("/floating_ips/:id/actions/unassign", async (call) => {
    const ip = found(call);
    const owner = unlocked(cloud, ip.project, ip.server);
    ip.server = null;
    return answerAction(call, await route(cloud, ip, "unassign_floating_ip", owner));
  });
  routes.post("/floating_ips/:id/actions/change_dns_ptr", async (call) => {
    const ip = found(call);
    await changeDnsPtr(call, [ip]);
    const task = {
      project: ip.project,
      command: "change_dns_ptr",
      resources: resources(ip),
    } as const;
    return answerAction(call, await cloud.actions.start(task));
  });
}

function newFloatingIp(cloud: Cloud, call: Call, body: z.infer<typeof createShape>): FloatingIp {
  const { store } = cloud;
  if (body.server === undefined && body.home_location === undefined) {
    const message = "either server or home_location is required";
    throw invalidInput({ name: "server", message }, { name: "home_location", message });
  }
  const server =
    body.server === undefined ? undefined : store.get("servers", call.get("project"), body.server);
  const home = findLocation(body.home_location ?? server?.location ?? "");
  if (!home) {
    const message = `unknown location '${body.home_location}'`;
    throw invalidInput({ name: "home_location", message });
  }
  cloud.offer.refuseBeyondQuota(
    "floating_ips",
    store.of("floating_ips", call.get("project")).length,
  );
  const base = stored(cloud, call, "", body.labels);
  const address = body.type === "ipv6" ? ipv6Network(base.id) : freeAddress(cloud);
  return {
    ...base,
    name: body.name ?? `floating-ip-${base.id}`,
    description: body.description ?? "",
    type: body.type,
    ip: address,
    homeLocation: home.name,
    server: server?.id ?? null,
    dnsPtr: defaultDnsPtr(body.type, address),
    protection: { delete: false },
  };
}

function freeAddress({ store }: Cloud): string {
  const used = new Set(store.all("floating_ips").map(({ ip }) => ip));
  const free = freePublicAddress("floating", used);
  if (!free) throw limitExceeded("floating_ip_limit", "no floating IP is left");
  return free;
}
