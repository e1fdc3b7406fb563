import { Hono } from "hono";
import { z } from "zod";
import { resourceOf } from "../actions";
import { findServerType, type ServerType } from "../catalogue/server-types";
import type { Cloud } from "../cloud";
import type { Command } from "../commands";
import { ApiError, invalidInput } from "../errors";
import type { Server } from "../model";
import { primaryIpsOf } from "../nics";
import { bodyOf, type Call, type Env } from "../request";
import { changeDnsPtr } from "../reverse-dns";
import { answerAction } from "./family";
import { groupWithCapacity } from "./placement-groups";
import { refuseUnavailable, serverTypeOf } from "./server-checks";
import { lockingAction, unlockedServer } from "./server-power";

type On = (command: Command, change: (server: Server, call: Call) => Promise<void>) => void;

function mustBeOff(server: Server): void {
  if (server.status !== "off") throw new ApiError("server_not_stopped", "server must be stopped");
}

/**
 * What can be done to a server besides its power and its networks.
 * https://docs.hetzner.cloud/reference/cloud#server-actions
 */
export function serverActionRoutes(cloud: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  const on: On = (command, change) =>
    routes.post(`/servers/:id/actions/${command}`, async (call) => {
      const server = unlockedServer(cloud, call);
      await change(server, call);
      const { project } = server;
      const resources = [resourceOf("servers", server)];
      return answerAction(call, await cloud.actions.start({ project, command, resources }));
    });
  addRecordRoutes(cloud, on);
  addGroupRoutes(cloud, on);
  addTypeRoute(routes, cloud);
  return routes;
}

const protectionShape = z.object({
  delete: z.boolean().optional(),
  rebuild: z.boolean().optional(),
});

function addRecordRoutes(cloud: Cloud, on: On): void {
  on("change_protection", async (server, call) => {
    const wanted = { ...server.protection, ...(await bodyOf(call, protectionShape)) };
    if (wanted.delete !== wanted.rebuild) {
      const message = "delete and rebuild protection must have the same value";
      throw invalidInput({ name: "delete", message }, { name: "rebuild", message });
    }
    server.protection = wanted;
  });
  on("change_dns_ptr", (server, call) => changeDnsPtr(call, primaryIpsOf(cloud, server)));
  on("enable_backup", async (server) => {
    server.backups = true;
  });
  on("disable_backup", async (server) => {
    server.backups = false;
  });
}

function addGroupRoutes(cloud: Cloud, on: On): void {
  const shape = z.object({ placement_group: z.number().int() });
  on("add_to_placement_group", async (server, call) => {
    const { placement_group: id } = await bodyOf(call, shape);
    mustBeOff(server);
    if (server.placementGroup !== null) {
      throw new ApiError("server_already_added", "server is already in a placement group");
    }
    server.placementGroup = groupWithCapacity(cloud, server.project, id).id;
  });
  on("remove_from_placement_group", async (server) => {
    server.placementGroup = null;
  });
}

const typeShape = z.object({
  server_type: z.union([z.string(), z.number()]),
  upgrade_disk: z.boolean(),
});

function refuseType(server: Server, type: ServerType): void {
  const now = findServerType(server.serverType)!;
  const fits = type.architecture === now.architecture && type.disk >= server.primaryDiskSize;
  if (type.id === now.id || !fits) {
    throw new ApiError("invalid_server_type", "server type is not possible for the server");
  }
}

function addTypeRoute(routes: Hono<Env>, cloud: Cloud): void {
  routes.post("/servers/:id/actions/change_type", async (call) => {
    const server = unlockedServer(cloud, call);
    const body = await bodyOf(call, typeShape);
    mustBeOff(server);
    const type = serverTypeOf(body.server_type);
    refuseType(server, type);
    refuseUnavailable(cloud, type, server.location);
    server.serverType = type.id;
    if (body.upgrade_disk) server.primaryDiskSize = type.disk;
    server.status = "migrating";
    // The API starts the server at the end, asked or not.
    const action = await lockingAction(cloud, server, "change_server_type", {
      work: () => cloud.driver.powerOn(server.id),
      done: () => (server.status = "running"),
      failed: () => (server.status = "off"),
    });
    return answerAction(call, action);
  });
}
