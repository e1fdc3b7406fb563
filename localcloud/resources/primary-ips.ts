import type { Hono } from "hono";
import { z } from "zod";
import { actionToWire } from "../actions";
import { findLocation } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";
import type { PrimaryIp, Server } from "../model";
import { newPrimaryIp, primaryIpsOf, pushPublicNic } from "../public-net";
import { bodyOf, idOf, labelsShape, type Env } from "../request";
import { changeDnsPtr, dnsPtrToWire } from "../reverse-dns";
import { addProtectionRoute, answerAction, familyRoutes } from "./family";

const createShape = z.object({
  name: z.string().min(1),
  type: z.enum(["ipv4", "ipv6"]),
  location: z.string().optional(),
  assignee_id: z.number().int().optional(),
  assignee_type: z.enum(["server", "unassigned"]).optional(),
  auto_delete: z.boolean().optional(),
  labels: labelsShape.optional(),
});

function toWire(ip: PrimaryIp): object {
  return {
    id: ip.id,
    name: ip.name,
    type: ip.type,
    ip: ip.ip,
    assignee_id: ip.assignee,
    // Since August 2026 an unassigned address says so: https://docs.hetzner.cloud/changelog
    assignee_type: ip.assignee === null ? "unassigned" : "server",
    auto_delete: ip.autoDelete,
    blocked: false,
    dns_ptr: dnsPtrToWire(ip.dnsPtr),
    location: findLocation(ip.location),
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

/** Primary IPs. https://docs.hetzner.cloud/reference/cloud#primary-ips */
export function primaryIpRoutes(cloud: Cloud): Hono<Env> {
  const { store, actions } = cloud;
  const resources = (ip: PrimaryIp) => [
    { id: ip.id, type: "primary_ip" },
    ...(ip.assignee === null ? [] : [{ id: ip.assignee, type: "server" }]),
  ];
  const routes = familyRoutes(cloud, {
    kind: "primary_ips",
    toWire,
    filters: { ip: ({ ip }) => ip },
    onUpdate: (ip, { auto_delete: autoDelete }) => {
      if (typeof autoDelete === "boolean") ip.autoDelete = autoDelete;
    },
    onDelete: async (ip) => {
      if (ip.assignee !== null) {
        throw new ApiError("must_be_unassigned", "primary IP must be unassigned before deletion");
      }
    },
  });
  routes.post("/primary_ips", async (call) => {
    const body = await bodyOf(call, createShape);
    const project = call.get("project");
    const server =
      body.assignee_id === undefined ? undefined : store.get("servers", project, body.assignee_id);
    const location = body.location ?? server?.location;
    if (!location || !findLocation(location)) {
      throw invalidInput({ name: "location", message: "location or assignee_id is required" });
    }
    if (server) refuseRunning(server);
    const ip = newPrimaryIp(cloud, project, {
      ...body,
      location,
      autoDelete: body.auto_delete ?? false,
      assignee: server?.id ?? null,
    });
    const action = server
      ? await actions.start(project, "create_primary_ip", resources(ip), () =>
          pushPublicNic(cloud, server),
        )
      : null;
    return call.json({ primary_ip: toWire(ip), action: action && actionToWire(action) }, 201);
  });
  routes.post("/primary_ips/:id/actions/assign", async (call) => {
    const ip = store.get("primary_ips", call.get("project"), idOf(call));
    const body = await bodyOf(
      call,
      z.object({ assignee_id: z.number().int(), assignee_type: z.string().optional() }),
    );
    const server = store.get("servers", ip.project, body.assignee_id);
    if (ip.assignee !== null) {
      throw new ApiError("primary_ip_already_assigned", "primary IP is already assigned");
    }
    if (primaryIpsOf(cloud, server).some(({ type }) => type === ip.type)) {
      throw new ApiError(`server_has_${ip.type}`, `server already has a primary ${ip.type}`);
    }
    refuseRunning(server);
    ip.assignee = server.id;
    store.changed();
    const work = () => pushPublicNic(cloud, server);
    return answerAction(
      call,
      await actions.start(ip.project, "assign_primary_ip", resources(ip), work),
    );
  });
  routes.post("/primary_ips/:id/actions/unassign", async (call) => {
    const ip = store.get("primary_ips", call.get("project"), idOf(call));
    const server = ip.assignee === null ? undefined : store.get("servers", ip.project, ip.assignee);
    if (server) refuseRunning(server);
    ip.assignee = null;
    store.changed();
    const work = async () => (server ? pushPublicNic(cloud, server) : undefined);
    return answerAction(
      call,
      await actions.start(ip.project, "unassign_primary_ip", resources(ip), work),
    );
  });
  routes.post("/primary_ips/:id/actions/change_dns_ptr", async (call) => {
    const ip = store.get("primary_ips", call.get("project"), idOf(call));
    await changeDnsPtr(call, ip);
    return answerAction(call, await actions.start(ip.project, "change_dns_ptr", resources(ip)));
  });
  addProtectionRoute(routes, cloud, "primary_ips");
  return routes;
}
