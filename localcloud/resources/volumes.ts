import type { Hono } from "hono";
import { z } from "zod";
import { actionToWire, resourceOf, sequence } from "../actions";
import { findLocation } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";
import type { Action, Server, Volume } from "../model";
import { bodyOf, labelsShape, type Call, type Env } from "../request";
import { addProtectionRoute, familyRoutes, stored } from "./family";
import { addVolumeActions, attach, maxSize, refuseAttach } from "./volume-actions";

/** Smallest volume, GB. Source: API reference, volumes. */
const minSize = 10;

const createShape = z.object({
  name: z.string().min(1),
  size: z.number().int().min(minSize).max(maxSize),
  location: z.union([z.string(), z.number()]).optional(),
  server: z.number().int().nullish(),
  automount: z.boolean().nullish(),
  format: z.enum(["ext4", "xfs"]).nullish(),
  labels: labelsShape.optional(),
});

function toWire(volume: Volume): object {
  return {
    id: volume.id,
    name: volume.name,
    size: volume.size,
    server: volume.server,
    status: volume.status,
    location: findLocation(volume.location),
    linux_device: `/dev/disk/by-id/scsi-0HC_Volume_${volume.id}`,
    format: volume.format,
    protection: volume.protection,
    labels: volume.labels,
    created: volume.created,
  };
}

/** Volumes. https://docs.hetzner.cloud/reference/cloud#volumes */
export function volumeRoutes(cloud: Cloud): Hono<Env> {
  const routes = familyRoutes(cloud, {
    kind: "volumes",
    toWire,
    filters: { status: ({ status }) => status },
    onDelete: async (volume) => {
      if (volume.server !== null) {
        throw new ApiError("service_error", "volume must be detached before deletion");
      }
      await cloud.driver.deleteVolume(volume.id);
    },
  });
  routes.post("/volumes", async (call) => create(cloud, call));
  addVolumeActions(routes, cloud);
  addProtectionRoute(routes, cloud, "volumes");
  return routes;
}

function newVolume(
  cloud: Cloud,
  call: Call,
  body: z.infer<typeof createShape>,
  server: Server | undefined,
): Volume {
  const location = findLocation(body.location ?? server?.location ?? "")?.name;
  if (!location || (server && server.location !== location)) {
    throw invalidInput({ name: "location", message: "location or a server in it is required" });
  }
  cloud.offer.refuseBeyondQuota("volumes", cloud.store.of("volumes", call.get("project")).length);
  return {
    ...stored(cloud, call, body.name, body.labels),
    size: body.size,
    location,
    server: null,
    format: body.format ?? null,
    status: "creating",
    protection: { delete: false },
  };
}

async function create(cloud: Cloud, call: Call): Promise<Response> {
  const { store, driver, actions } = cloud;
  const body = await bodyOf(call, createShape);
  const project = call.get("project");
  const server = body.server ? store.get("servers", project, body.server) : undefined;
  const volume = newVolume(cloud, call, body, server);
  if (server) refuseAttach(cloud, volume, server);
  store.add("volumes", volume);
  const { id, size: sizeGb, format } = volume;
  const inOrder = sequence();
  const action = await actions.start({
    project,
    command: "create_volume",
    resources: [resourceOf("volumes", volume)],
    work: () => inOrder(() => driver.createVolume({ id, sizeGb, ...(format ? { format } : {}) })),
    done: () => (volume.status = "available"),
  });
  const next: Action[] = [];
  if (server) next.push(await attach(cloud, volume, server, body.automount ?? false, inOrder));
  const wire = {
    volume: toWire(volume),
    action: actionToWire(action),
    next_actions: next.map(actionToWire),
  };
  return call.json(wire, 201);
}
