import type { Hono } from "hono";
import { z } from "zod";
import { actionToWire } from "../actions";
import { freePublicAddress, ipv6Network } from "../addresses";
import { findLocation } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";
import type { FloatingIp } from "../model";
import { bodyOf, idOf, labelsShape, type Env } from "../request";
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
  const home = findLocation(ip.homeLocation);
  return {
    id: ip.id,
    name: ip.name,
    description: ip.description,
    ip: ip.ip,
    type: ip.type,
    server: ip.server,
    dns_ptr: dnsPtrToWire(ip.dnsPtr),
    home_location: home,
    blocked: false,
    protection: ip.protection,
    labels: ip.labels,
    created: ip.created,
  };
}

/** Floating IPs. https://docs.hetzner.cloud/reference/cloud#floating-ips */
export function floatingIpRoutes(cloud: Cloud): Hono<Env> {
  const { store, driver, actions } = cloud;
  const resources = (ip: FloatingIp) => [
    { id: ip.id, type: "floating_ip" },
    ...(ip.server === null ? [] : [{ id: ip.server, type: "server" }]),
  ];
  const routes = familyRoutes(cloud, {
    kind: "floating_ips",
    toWire,
    onUpdate: (ip, { description }) => {
      if (typeof description === "string") ip.description = description;
    },
    onDelete: async (ip) => {
      if (ip.server !== null) {
        throw new ApiError("must_be_unassigned", "floating IP must be unassigned before deletion");
      }
      await driver.assignFloatingIp(ip.ip, undefined);
    },
  });
  routes.post("/floating_ips", async (call) => {
    const body = await bodyOf(call, createShape);
    if (body.server === undefined && body.home_location === undefined) {
      const message = "either server or home_location is required";
      throw invalidInput({ name: "server", message }, { name: "home_location", message });
    }
    const project = call.get("project");
    const server =
      body.server === undefined ? undefined : store.get("servers", project, body.server);
    const homeLocation = body.home_location ?? server?.location ?? "";
    if (!findLocation(homeLocation)) {
      throw invalidInput({ name: "home_location", message: `unknown location '${homeLocation}'` });
    }
    const base = stored(cloud, call, body.name ?? "", body.labels);
    const address = newAddress(cloud, body.type, base.id);
    const ip: FloatingIp = {
      ...base,
      name: body.name ?? `floating-ip-${base.id}`,
      description: body.description ?? "",
      type: body.type,
      ip: address,
      homeLocation,
      server: server?.id ?? null,
      dnsPtr: defaultDnsPtr(body.type, address),
      protection: { delete: false },
    };
    store.add("floating_ips", ip);
    const action = server
      ? await actions.start(project, "create_floating_ip", resources(ip), () =>
          driver.assignFloatingIp(ip.ip, server.id),
        )
      : null;
    return call.json({ floating_ip: toWire(ip), action: action && actionToWire(action) }, 201);
  });
  routes.post("/floating_ips/:id/actions/assign", async (call) => {
    const ip = store.get("floating_ips", call.get("project"), idOf(call));
    const { server } = await bodyOf(call, z.object({ server: z.number().int() }));
    store.get("servers", ip.project, server);
    ip.server = server;
    store.changed();
    const work = () => driver.assignFloatingIp(ip.ip, server);
    return answerAction(
      call,
      await actions.start(ip.project, "assign_floating_ip", resources(ip), work),
    );
  });
  routes.post("/floating_ips/:id/actions/unassign", async (call) => {
    const ip = store.get("floating_ips", call.get("project"), idOf(call));
    ip.server = null;
    store.changed();
    const work = () => driver.assignFloatingIp(ip.ip, undefined);
    return answerAction(
      call,
      await actions.start(ip.project, "unassign_floating_ip", resources(ip), work),
    );
  });
  routes.post("/floating_ips/:id/actions/change_dns_ptr", async (call) => {
    const ip = store.get("floating_ips", call.get("project"), idOf(call));
    await changeDnsPtr(call, ip);
    return answerAction(call, await actions.start(ip.project, "change_dns_ptr", resources(ip)));
  });
  addProtectionRoute(routes, cloud, "floating_ips");
  return routes;
}

function newAddress({ store }: Cloud, type: "ipv4" | "ipv6", id: number): string {
  if (type === "ipv6") return ipv6Network(id);
  const used = new Set(store.all("floating_ips").map(({ ip }) => ip));
  const free = freePublicAddress("floating", used);
  if (!free) throw new ApiError("resource_limit_exceeded", "no floating IP is left");
  return free;
}
