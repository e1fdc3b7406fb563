import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import { actionToWire } from "../actions";
import { findServerType } from "../catalogue/server-types";
import type { Cloud } from "../cloud";
import { ApiError } from "../errors";
import type { Server } from "../model";
import { pushPublicNic } from "../public-net";
import { bodyOf, type Env } from "../request";
import { machineSpec } from "../server-view";
import { checkUserData, imageOf } from "./server-checks";
import { lockingAction, unlockedServer } from "./server-power";

const rebuildShape = z.object({
  image: z.union([z.string(), z.number()]),
  user_data: z.string().nullish(),
});

/** Gives a server a fresh disk with its stored image and user data, and starts it. */
export async function rebuildMachine(
  cloud: Cloud,
  server: Server,
  rootPassword?: string,
): Promise<void> {
  await cloud.driver.rebuild(machineSpec(cloud, server, rootPassword));
  await pushPublicNic(cloud, server);
  await cloud.driver.powerOn(server.id);
}

/** `POST /servers/{id}/actions/rebuild`. https://docs.hetzner.cloud/reference/cloud#server-actions */
export function serverRebuildRoutes(cloud: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  routes.post("/servers/:id/actions/rebuild", async (call) => {
    const server = unlockedServer(cloud, call);
    const body = await bodyOf(call, rebuildShape);
    if (server.protection.rebuild) throw new ApiError("protected", "server is rebuild protected");
    checkUserData(body.user_data);
    const { architecture } = findServerType(server.serverType)!;
    server.image = imageOf(body.image, architecture).id;
    server.userData = body.user_data ?? server.userData;
    server.status = "rebuilding";
    const rootPassword = server.sshKeys.length === 0 ? randomBytes(12).toString("base64url") : null;
    const action = await lockingAction(cloud, server, "rebuild_server", {
      work: () => rebuildMachine(cloud, server, rootPassword ?? undefined),
      done: () => (server.status = "running"),
      failed: () => (server.status = "off"),
    });
    return call.json({ action: actionToWire(action), root_password: rootPassword }, 201);
  });
  return routes;
}
