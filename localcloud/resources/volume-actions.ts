import type { Hono } from "hono";
import { z } from "zod";
import { atOnce, resourceOf, type Order } from "../actions";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput, limitExceeded, refuseLocked } from "../errors";
import type { Action, Server, Volume } from "../model";
import { bodyOf, idOf, type Call, type Env } from "../request";
import { answerAction } from "./family";

/** Largest volume, GB. Source: API reference, volumes. */
export const maxSize = 10_240;
/** Volumes of one server. Source: https://docs.hetzner.com/cloud/volumes/overview */
const maxPerServer = 16;

/** @throws ApiError if the volume cannot be attached to the server now. */
export function refuseAttach({ store }: Cloud, volume: Volume, server: Server): void {
  if (volume.server !== null) {
    throw new ApiError("volume_already_attached", "volume is already attached to a server");
  }
  if (server.location !== volume.location) {
    throw invalidInput({ name: "server", message: "server must be in the volume's location" });
  }
  refuseLocked(server);
  const attached = store.all("volumes").filter((other) => other.server === server.id);
  if (attached.length >= maxPerServer) {
    throw limitExceeded("volume_attachment_limit", `a server takes ${maxPerServer} volumes`);
  }
}

/** Attaches a volume. */
export function attach(
  { actions, driver }: Cloud,
  volume: Volume,
  server: Server,
  automount: boolean,
  order: Order = atOnce,
): Promise<Action> {
  volume.server = server.id;
  return actions.start({
    project: volume.project,
    command: "attach_volume",
    resources: [resourceOf("volumes", volume), resourceOf("servers", server)],
    work: () => order(() => driver.attachVolume(volume.id, server.id, automount)),
    failed: () => (volume.server = null),
    lock: server,
  });
}

const attachShape = z.object({ server: z.number().int(), automount: z.boolean().nullish() });

/** What can be done to a volume. https://docs.hetzner.cloud/reference/cloud#volume-actions */
export function addVolumeActions(routes: Hono<Env>, cloud: Cloud): void {
  const { store, driver, actions } = cloud;
  const found = (call: Call) => store.get("volumes", call.get("project"), idOf(call));
  routes.post("/volumes/:id/actions/attach", async (call) => {
    const volume = found(call);
    const body = await bodyOf(call, attachShape);
    const server = store.get("servers", volume.project, body.server);
    refuseAttach(cloud, volume, server);
    return answerAction(call, await attach(cloud, volume, server, body.automount ?? false));
  });
  routes.post("/volumes/:id/actions/detach", async (call) => {
    const volume = found(call);
    const { project, id } = volume;
    if (volume.server === null) throw new ApiError("service_error", "volume is not attached");
    const lock = store.get("servers", project, volume.server);
    refuseLocked(lock);
    volume.server = null;
    const resources = [resourceOf("volumes", volume), resourceOf("servers", lock)];
    const work = () => driver.detachVolume(id);
    const command = "detach_volume";
    return answerAction(call, await actions.start({ project, command, resources, work, lock }));
  });
  routes.post("/volumes/:id/actions/resize", async (call) => {
    const volume = found(call);
    const { project, id } = volume;
    const { size } = await bodyOf(call, z.object({ size: z.number().int().max(maxSize) }));
    if (size <= volume.size) {
      throw invalidInput({ name: "size", message: "size must be larger than the current one" });
    }
    volume.size = size;
    const resources = [resourceOf("volumes", volume)];
    const work = () => driver.resizeVolume(id, size);
    const command = "resize_volume";
    return answerAction(call, await actions.start({ project, command, resources, work }));
  });
}
