import { randomBytes } from "node:crypto";
import { z } from "zod";
import { actionToWire, resourceOf, sequence } from "../actions";
import { findServerType } from "../catalogue/server-types";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";
import { pushFirewalls } from "../firewalling";
import type { Action, Server } from "../model";
import { macAddress, newPrimaryIp } from "../nics";
import { bodyOf, labelsShape, type Call } from "../request";
import { machineSpec, serverToWire } from "../server-view";
import { addAttachment } from "./attachments";
import { stored } from "./family";
import { maxPerServer, refuseWithoutPublic } from "./firewalls";
import { groupWithCapacity } from "./placement-groups";
import { refuseElsewhere } from "./primary-ips";
import {
  checkServerName,
  checkUserData,
  imageOf,
  placeOf,
  refuseUnavailable,
  serverTypeOf,
  sshKeyId,
} from "./server-checks";
import { attachNetwork } from "./server-network-actions";
import { powerOn, refuseWithoutInterface } from "./server-power";
import { attach, refuseAttach } from "./volume-actions";

const idOrName = z.union([z.string(), z.number().int()]);
const isDistinct = (list: readonly unknown[]) => new Set(list).size === list.length;
const ids = z.array(z.number().int());
const createShape = z.object({
  name: z.string().min(1),
  server_type: idOrName,
  image: idOrName,
  location: idOrName.nullish(),
  datacenter: idOrName.nullish(),
  ssh_keys: z.array(idOrName).nullish(),
  user_data: z.string().nullish(),
  labels: labelsShape.optional(),
  networks: ids.nullish(),
  volumes: ids.refine(isDistinct, "must not name a volume twice").nullish(),
  firewalls: z
    .array(z.object({ firewall: z.number().int() }))
    .max(maxPerServer, `at most ${maxPerServer} are allowed`)
    .refine((all) => isDistinct(all.map(({ firewall }) => firewall)), "must not name one twice")
    .nullish(),
  placement_group: z.number().int().nullish(),
  start_after_create: z.boolean().nullish(),
  automount: z.boolean().nullish(),
  public_net: z
    .object({
      enable_ipv4: z.boolean().optional(),
      enable_ipv6: z.boolean().optional(),
      ipv4: z.number().int().nullish(),
      ipv6: z.number().int().nullish(),
    })
    .nullish(),
});

type CreateBody = z.infer<typeof createShape>;

function newServer(cloud: Cloud, call: Call, body: CreateBody): Server {
  const project = call.get("project");
  const type = serverTypeOf(body.server_type);
  return {
    ...stored(cloud, call, body.name, body.labels),
    status: "initializing",
    serverType: type.id,
    image: imageOf(body.image, type.architecture).id,
    location: placeOf(cloud, body),
    userData: body.user_data ?? null,
    sshKeys: (body.ssh_keys ?? []).map((wanted) => sshKeyId(cloud, project, wanted)),
    publicMac: macAddress("96"),
    attachments: [],
    protection: { delete: false, rebuild: false },
    placementGroup: body.placement_group ?? null,
    primaryDiskSize: type.disk,
    backups: false,
    locked: false,
  };
}

/** True unless both public families are off. */
function hasPublic({ public_net: wanted }: CreateBody): boolean {
  return wanted?.enable_ipv4 !== false || wanted.enable_ipv6 !== false;
}

/** What is refused before anything is stored. */
function checkReferences(cloud: Cloud, server: Server, body: CreateBody): void {
  const { store } = cloud;
  const { project, location } = server;
  checkServerName(body.name);
  store.refuseTakenName("servers", project, body.name);
  checkUserData(body.user_data);
  if (body.start_after_create !== false) {
    refuseWithoutInterface((hasPublic(body) ? 1 : 0) + (body.networks ?? []).length);
  }
  for (const { firewall } of body.firewalls ?? []) {
    store.get("firewalls", project, firewall);
    refuseWithoutPublic(hasPublic(body));
  }
  for (const id of body.volumes ?? []) {
    refuseAttach(cloud, store.get("volumes", project, id), server);
  }
  for (const type of ["ipv4", "ipv6"] as const) {
    const id = body.public_net?.[type];
    if (!id) continue;
    if (body.public_net?.[`enable_${type}`] === false) {
      throw invalidInput({ name: `public_net.${type}`, message: `needs enable_${type}` });
    }
    const ip = store.get("primary_ips", project, id);
    if (ip.type !== type) throw new ApiError("primary_ip_version_mismatch", "wrong IP version");
    if (ip.assignee !== null) {
      throw new ApiError("primary_ip_assigned", "primary IP is already assigned");
    }
    refuseElsewhere(ip, location);
  }
  if (body.placement_group) groupWithCapacity(cloud, project, body.placement_group);
  cloud.offer.refuseBeyondQuota("servers", store.of("servers", project).length);
  refuseUnavailable(cloud, findServerType(server.serverType)!, location);
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

function applyFirewalls({ store }: Cloud, { project, id }: Server, body: CreateBody): void {
  for (const { firewall } of body.firewalls ?? []) {
    store.get("firewalls", project, firewall).appliedTo.push({ type: "server", server: { id } });
  }
}

/** `POST /servers`. https://docs.hetzner.cloud/reference/cloud#servers-create-a-server */
export async function createServer(cloud: Cloud, call: Call): Promise<Response> {
  const body = await bodyOf(call, createShape);
  const server = newServer(cloud, call, body);
  checkReferences(cloud, server, body);
  for (const network of body.networks ?? []) addAttachment(cloud, server, { network });
  givePublicAddresses(cloud, server, body);
  cloud.store.add("servers", server);
  applyFirewalls(cloud, server, body);
  const wire = serverToWire(cloud, server);
  const rootPassword = server.sshKeys.length === 0 ? randomBytes(12).toString("base64url") : null;
  const { action, next } = await startActions(cloud, server, body, rootPassword);
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

/** Makes the machine, plugs in what it was ordered with, and starts it. */
async function startActions(
  cloud: Cloud,
  server: Server,
  body: CreateBody,
  rootPassword: string | null,
): Promise<{ action: Action; next: Action[] }> {
  const { store, driver, actions } = cloud;
  const starts = body.start_after_create !== false;
  const inOrder = sequence();
  const make = async () => {
    await driver.create(machineSpec(cloud, server, rootPassword ?? undefined));
    await pushFirewalls(cloud);
  };
  const action = await actions.start({
    project: server.project,
    command: "create_server",
    resources: [resourceOf("servers", server)],
    work: () => inOrder(make),
    done: () => {
      if (!starts) server.status = "off";
    },
    failed: () => (server.status = "off"),
    lock: server,
  });
  const next: Action[] = [];
  for (const attachment of server.attachments) {
    next.push(await attachNetwork(cloud, server, attachment, inOrder));
  }
  for (const id of body.volumes ?? []) {
    const volume = store.get("volumes", server.project, id);
    next.push(await attach(cloud, volume, server, body.automount ?? false, inOrder));
  }
  if (starts) next.push(await powerOn(cloud, server, inOrder));
  return { action, next };
}
