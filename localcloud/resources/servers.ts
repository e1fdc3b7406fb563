import { randomBytes } from "node:crypto";
import type { Hono } from "hono";
import { z } from "zod";
import { actionToWire } from "../actions";
import { images } from "../catalogue/images";
import { findLocation } from "../catalogue/locations";
import { serverTypes, type ServerType } from "../catalogue/server-types";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";
import { pushFirewalls } from "../firewalling";
import type { Server } from "../model";
import { newPrimaryIp, primaryIpsOf } from "../public-net";
import { bodyOf, labelsShape, type Call, type Env } from "../request";
import { machineSpec, macAddress, serverToWire } from "../server-view";
import { familyRoutes, stored } from "./family";
import { groupSize } from "./placement-groups";

/** Largest user data, bytes. Source: API reference, create a server. */
export const maxUserDataBytes = 32 * 1024;

const idOrName = z.union([z.string(), z.number().int()]);
const createShape = z.object({
  name: z.string().min(1),
  server_type: idOrName,
  image: idOrName,
  location: idOrName.optional(),
  ssh_keys: z.array(idOrName).optional(),
  user_data: z.string().optional(),
  labels: labelsShape.optional(),
  networks: z.array(z.number().int()).optional(),
  volumes: z.array(z.number().int()).optional(),
  firewalls: z.array(z.object({ firewall: z.number().int() })).optional(),
  placement_group: z.number().int().nullish(),
  start_after_create: z.boolean().optional(),
  automount: z.boolean().optional(),
  public_net: z
    .object({
      enable_ipv4: z.boolean().optional(),
      enable_ipv6: z.boolean().optional(),
      ipv4: z.number().int().nullish(),
      ipv6: z.number().int().nullish(),
    })
    .optional(),
});

type CreateBody = z.infer<typeof createShape>;

/** A host name by RFC 1123. @throws ApiError `invalid_input` */
export function checkServerName(name: string): void {
  const label = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
  if (!new RegExp(`^(?=.{1,253}$)${label}(\\.${label})*$`).test(name)) {
    throw invalidInput({ name: "name", message: "must be a valid host name" });
  }
}

/** A server type by id or name. @throws ApiError `invalid_input` */
export function serverTypeOf(wanted: string | number): ServerType {
  const found = serverTypes.find(({ id, name }) => id === Number(wanted) || name === wanted);
  if (!found)
    throw invalidInput({ name: "server_type", message: `unknown server type '${wanted}'` });
  return found;
}

/** An image by id or name, for an architecture. @throws ApiError `invalid_input` */
export function imageOf(wanted: string | number, architecture: string): (typeof images)[number] {
  const found = images.find(
    (image) =>
      image.id === Number(wanted) || (image.name === wanted && image.architecture === architecture),
  );
  if (!found) throw invalidInput({ name: "image", message: `unknown image '${wanted}'` });
  return found;
}

/** @throws ApiError `invalid_input` if user data is larger than 32 KiB. */
export function checkUserData(userData: string | undefined): void {
  if (userData !== undefined && Buffer.byteLength(userData) > maxUserDataBytes) {
    throw invalidInput({ name: "user_data", message: `must be at most ${maxUserDataBytes} bytes` });
  }
}

/** Servers: list, create, read, rename, delete. https://docs.hetzner.cloud/reference/cloud#servers */
export function serverRoutes(cloud: Cloud): Hono<Env> {
  const routes = familyRoutes(cloud, {
    kind: "servers",
    toWire: (server) => serverToWire(cloud, server),
    filters: { status: ({ status }) => status },
    checkName: checkServerName,
    onDelete: async (server) => deleteServer(cloud, server),
  });
  routes.post("/servers", async (call) => create(cloud, call, await bodyOf(call, createShape)));
  return routes;
}

function newServer(cloud: Cloud, call: Call, body: CreateBody): Server {
  const project = call.get("project");
  const type = serverTypeOf(body.server_type);
  const location = String(body.location ?? "fsn1");
  if (!findLocation(location)) {
    throw invalidInput({ name: "location", message: `unknown location '${location}'` });
  }
  return {
    ...stored(cloud, call, body.name, body.labels),
    status: "initializing",
    serverType: type.id,
    image: imageOf(body.image, type.architecture).id,
    location,
    userData: body.user_data ?? null,
    sshKeys: (body.ssh_keys ?? []).map((wanted) => sshKeyId(cloud, project, wanted)),
    publicMac: macAddress("96"),
    attachments: [],
    protection: { delete: false, rebuild: false },
    placementGroup: body.placement_group ?? null,
    primaryDiskSize: type.disk,
    backups: false,
    rescue: null,
    locked: false,
  };
}

function sshKeyId({ store }: Cloud, project: string, wanted: string | number): number {
  const found = store
    .of("ssh_keys", project)
    .find(({ id, name }) => id === Number(wanted) || name === wanted);
  if (!found) throw invalidInput({ name: "ssh_keys", message: `unknown SSH key '${wanted}'` });
  return found.id;
}

/** Everything that can be wrong is checked before anything is stored. */
function checkReferences({ store }: Cloud, project: string, body: CreateBody): void {
  checkServerName(body.name);
  checkUserData(body.user_data);
  store.refuseTakenName("servers", project, body.name);
  for (const { firewall } of body.firewalls ?? []) store.get("firewalls", project, firewall);
  for (const network of body.networks ?? []) store.get("networks", project, network);
  for (const key of ["ipv4", "ipv6"] as const) {
    const id = body.public_net?.[key];
    if (!id) continue;
    const ip = store.get("primary_ips", project, id);
    if (ip.type !== key) throw new ApiError("primary_ip_version_mismatch", "wrong IP version");
    if (ip.assignee !== null) {
      throw new ApiError("primary_ip_assigned", "primary IP is already assigned");
    }
  }
  if (!body.placement_group) return;
  store.get("placement_groups", project, body.placement_group);
  const members = store
    .of("servers", project)
    .filter(({ placementGroup }) => placementGroup === body.placement_group);
  if (members.length >= groupSize) {
    const text = `placement group with ID ${body.placement_group} contains already ${groupSize} servers`;
    throw new ApiError("placement_error", text);
  }
}

function givePublicAddresses(cloud: Cloud, server: Server, body: CreateBody): void {
  const { project, location, id: assignee } = server;
  for (const type of ["ipv4", "ipv6"] as const) {
    if (body.public_net?.[`enable_${type}`] === false) continue;
    const given = body.public_net?.[type];
    if (given) cloud.store.get("primary_ips", project, given).assignee = assignee;
    else newPrimaryIp(cloud, project, { type, location, assignee, autoDelete: true });
  }
}

async function create(cloud: Cloud, call: Call, body: CreateBody): Promise<Response> {
  const { store, actions, driver } = cloud;
  const project = call.get("project");
  checkReferences(cloud, project, body);
  const server = newServer(cloud, call, body);
  const starts = body.start_after_create !== false;
  const rootPassword = server.sshKeys.length === 0 ? randomBytes(12).toString("base64url") : null;
  store.add("servers", server);
  givePublicAddresses(cloud, server, body);
  for (const { firewall } of body.firewalls ?? []) {
    const target = { type: "server" as const, server: { id: server.id } };
    store.get("firewalls", project, firewall).appliedTo.push(target);
  }
  const wire = serverToWire(cloud, server);
  const resources = [{ id: server.id, type: "server" }];
  let created!: Promise<void>;
  const action = await actions.start(project, "create_server", resources, () => {
    created = driver
      .create(machineSpec(cloud, server, rootPassword ?? undefined))
      .then(() => pushFirewalls(cloud))
      .then(() => {
        if (!starts) server.status = "off";
      });
    return created;
  });
  const powerOn = async () => {
    server.status = "starting";
    await driver.powerOn(server.id);
    server.status = "running";
  };
  const next = starts
    ? [await actions.start(project, "start_server", resources, () => created.then(powerOn))]
    : [];
  return call.json(
    {
      server: wire,
      action: actionToWire(action),
      next_actions: next.map(actionToWire),
      root_password: rootPassword,
    },
    201,
  );
}

/** Detaches everything at once, as the real API does, then removes the machine. */
async function deleteServer(cloud: Cloud, server: Server): Promise<Response> {
  const { store, driver, actions } = cloud;
  server.status = "deleting";
  const floating = store.all("floating_ips").filter((ip) => ip.server === server.id);
  const volumes = store.all("volumes").filter((volume) => volume.server === server.id);
  const primaries = primaryIpsOf(cloud, server);
  for (const ip of floating) ip.server = null;
  for (const volume of volumes) volume.server = null;
  for (const firewall of store.of("firewalls", server.project)) {
    firewall.appliedTo = firewall.appliedTo.filter(
      (target) => target.type !== "server" || target.server.id !== server.id,
    );
  }
  const resources = [{ id: server.id, type: "server" }];
  const action = await actions.start(server.project, "delete_server", resources, async () => {
    for (const ip of floating) await driver.assignFloatingIp(ip.ip, undefined);
    for (const volume of volumes) await driver.detachVolume(volume.id);
    await driver.destroy(server.id);
    for (const ip of primaries) {
      ip.assignee = null;
      if (ip.autoDelete) store.remove("primary_ips", ip.id);
    }
    store.remove("servers", server.id);
  });
  return new Response(JSON.stringify({ action: actionToWire(action) }), {
    status: 200,
    headers: { "content-type": "application/json" },
  });
}
