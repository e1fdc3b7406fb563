import type { Hono } from "hono";
import { z } from "zod";
import { actionToWire } from "../actions";
import { findLocation } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";
import type { Volume } from "../model";
import { bodyOf, idOf, labelsShape, type Env } from "../request";
import { addProtectionRoute, answerAction, familyRoutes, stored } from "./family";

/** Sizes of a volume, GB. Source: API reference, volumes. */
const minSize = 10;
const maxSize = 10_240;

const createShape = z.object({
  name: z.string().min(1),
  size: z.number().int().min(minSize).max(maxSize),
  location: z.string().optional(),
  server: z.number().int().optional(),
  automount: z.boolean().optional(),
  format: z.enum(["ext4", "xfs"]).optional(),
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
  const { store, driver, actions } = cloud;
  const resources = (volume: Volume) => [
    { id: volume.id, type: "volume" },
    ...(volume.server === null ? [] : [{ id: volume.server, type: "server" }]),
  ];
  const routes = familyRoutes(cloud, {
    kind: "volumes",
    toWire,
    filters: { status: ({ status }) => status },
    onDelete: async (volume) => {
      if (volume.server !== null) {
        throw new ApiError("service_error", "volume must be detached before deletion");
      }
      await driver.deleteVolume(volume.id);
    },
  });
  routes.post("/volumes", async (call) => {
    const body = await bodyOf(call, createShape);
    const project = call.get("project");
    const server =
      body.server === undefined ? undefined : store.get("servers", project, body.server);
    const location = body.location ?? server?.location;
    if (!location || !findLocation(location) || (server && server.location !== location)) {
      throw invalidInput({ name: "location", message: "location or a server in it is required" });
    }
    const volume: Volume = {
      ...stored(cloud, call, body.name, body.labels),
      size: body.size,
      location,
      server: server?.id ?? null,
      format: body.format ?? null,
      status: "creating",
      protection: { delete: false },
    };
    store.add("volumes", volume);
    const create = async () => {
      const { id, size: sizeGb, format } = volume;
      await driver.createVolume({ id, sizeGb, ...(format ? { format } : {}) });
      volume.status = "available";
    };
    const attach = async () => {
      if (server) await driver.attachVolume(volume.id, server.id, body.automount ?? false);
    };
    let created!: Promise<void>;
    const action = await actions.start(project, "create_volume", resources(volume), () => {
      created = create();
      return created;
    });
    const next = server
      ? [
          await actions.start(project, "attach_volume", resources(volume), () =>
            created.then(attach),
          ),
        ]
      : [];
    const wire = {
      volume: toWire(volume),
      action: actionToWire(action),
      next_actions: next.map(actionToWire),
    };
    return call.json(wire, 201);
  });
  addVolumeActions(routes, cloud, resources);
  addProtectionRoute(routes, cloud, "volumes");
  return routes;
}

function addVolumeActions(
  routes: Hono<Env>,
  { store, driver, actions }: Cloud,
  resources: (volume: Volume) => { id: number; type: string }[],
): void {
  routes.post("/volumes/:id/actions/attach", async (call) => {
    const volume = store.get("volumes", call.get("project"), idOf(call));
    const body = await bodyOf(
      call,
      z.object({ server: z.number().int(), automount: z.boolean().optional() }),
    );
    const server = store.get("servers", volume.project, body.server);
    if (volume.server !== null) throw new ApiError("service_error", "volume is already attached");
    if (server.location !== volume.location) {
      throw invalidInput({ name: "server", message: "server must be in the volume's location" });
    }
    volume.server = server.id;
    store.changed();
    const work = () => driver.attachVolume(volume.id, server.id, body.automount ?? false);
    return answerAction(
      call,
      await actions.start(volume.project, "attach_volume", resources(volume), work),
    );
  });
  routes.post("/volumes/:id/actions/detach", async (call) => {
    const volume = store.get("volumes", call.get("project"), idOf(call));
    const before = resources(volume);
    volume.server = null;
    store.changed();
    const work = () => driver.detachVolume(volume.id);
    return answerAction(call, await actions.start(volume.project, "detach_volume", before, work));
  });
  routes.post("/volumes/:id/actions/resize", async (call) => {
    const volume = store.get("volumes", call.get("project"), idOf(call));
    const { size } = await bodyOf(call, z.object({ size: z.number().int().max(maxSize) }));
    if (size <= volume.size) {
      throw invalidInput({ name: "size", message: "size must be larger than the current one" });
    }
    volume.size = size;
    store.changed();
    const work = () => driver.resizeVolume(volume.id, size);
    return answerAction(
      call,
      await actions.start(volume.project, "resize_volume", resources(volume), work),
    );
  });
}
