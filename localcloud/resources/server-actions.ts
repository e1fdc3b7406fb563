import { Hono } from "hono";
import { z } from "zod";
import { actionToWire } from "../actions";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";
import type { Server } from "../model";
import { primaryIpsOf, pushPublicNic } from "../public-net";
import { bodyOf, idOf, type Call, type Env } from "../request";
import { setDnsPtr } from "../reverse-dns";
import { machineSpec } from "../server-view";
import { answerAction } from "./family";
import { groupSize } from "./placement-groups";
import { checkUserData, imageOf, serverTypeOf } from "./servers";
import { serverTypes } from "../catalogue/server-types";

type Work = (server: Server, call: Call) => Promise<() => Promise<void>>;

function mustBeOff(server: Server): void {
  if (server.status !== "off") throw new ApiError("server_not_stopped", "server must be stopped");
}

/**
 * What can be done to a server. Each entry checks first, then returns what takes time.
 * https://docs.hetzner.cloud/reference/cloud#server-actions
 */
export function serverActionRoutes(cloud: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  const on = (path: string, command: string, work: Work) =>
    routes.post(`/servers/:id/actions/${path}`, async (call) => {
      const server = cloud.store.get("servers", call.get("project"), idOf(call));
      if (server.locked) {
        throw new ApiError("locked", "cannot perform operation because server is locked");
      }
      const act = await work(server, call);
      cloud.store.changed();
      const resources = [{ id: server.id, type: "server" }];
      return answerAction(call, await cloud.actions.start(server.project, command, resources, act));
    });
  addPowerRoutes(cloud, on);
  addChangeRoutes(cloud, on);
  addRebuildRoute(routes, cloud);
  return routes;
}

function addPowerRoutes(
  { driver, store }: Cloud,
  on: (path: string, command: string, work: Work) => void,
): void {
  const watchOff = async (server: Server) => {
    // A signal is not an end: the status follows when the host has really stopped.
    for (let tries = 0; tries < 600 && server.status === "stopping"; tries++) {
      if ((await driver.status(server.id)) === "off") server.status = "off";
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
    if (server.status === "stopping") server.status = "running";
    store.changed();
  };
  on("poweron", "start_server", async (server) => async () => {
    if (server.status === "running") return;
    server.status = "starting";
    await driver.powerOn(server.id);
    server.status = "running";
  });
  on("poweroff", "stop_server", async (server) => async () => {
    await driver.powerOff(server.id);
    server.status = "off";
  });
  on("shutdown", "shutdown_server", async (server) => async () => {
    if (server.status === "off") return;
    server.status = "stopping";
    await driver.shutdown(server.id);
    void watchOff(server);
  });
  on("reboot", "reboot_server", async (server) => () => driver.reboot(server.id));
  on("reset", "reset_server", async (server) => async () => {
    await driver.reset(server.id);
    server.status = "running";
  });
}

function addChangeRoutes(
  cloud: Cloud,
  on: (path: string, command: string, work: Work) => void,
): void {
  const { store, driver } = cloud;
  const nothing = async () => undefined;
  on("change_protection", "change_protection", async (server, call) => {
    const shape = z.object({ delete: z.boolean().optional(), rebuild: z.boolean().optional() });
    const body = await bodyOf(call, shape);
    const wanted = { ...server.protection, ...body };
    if (wanted.delete !== wanted.rebuild) {
      const message = "delete and rebuild protection must have the same value";
      throw invalidInput({ name: "delete", message }, { name: "rebuild", message });
    }
    server.protection = { delete: wanted.delete, rebuild: wanted.rebuild };
    return nothing;
  });
  on("change_dns_ptr", "change_dns_ptr", async (server, call) => {
    const shape = z.object({ ip: z.string(), dns_ptr: z.string().nullable() });
    const { ip, dns_ptr } = await bodyOf(call, shape);
    const type = ip.includes(":") ? "ipv6" : "ipv4";
    const primary = primaryIpsOf(cloud, server).find((candidate) => candidate.type === type);
    if (!primary) throw invalidInput({ name: "ip", message: `server has no ${type} address` });
    setDnsPtr(primary, ip, dns_ptr);
    return nothing;
  });
  on("change_type", "change_server_type", async (server, call) => {
    const shape = z.object({
      server_type: z.union([z.string(), z.number()]),
      upgrade_disk: z.boolean(),
    });
    const body = await bodyOf(call, shape);
    mustBeOff(server);
    const type = serverTypeOf(body.server_type);
    const now = serverTypes.find(({ id }) => id === server.serverType)!;
    if (
      type.id === now.id ||
      type.architecture !== now.architecture ||
      type.disk < server.primaryDiskSize
    ) {
      throw new ApiError("invalid_server_type", "server type is not possible for the server");
    }
    return async () => {
      server.status = "migrating";
      server.serverType = type.id;
      if (body.upgrade_disk) server.primaryDiskSize = type.disk;
      await driver.powerOn(server.id);
      server.status = "running";
    };
  });
  on("add_to_placement_group", "add_to_placement_group", async (server, call) => {
    const { placement_group: id } = await bodyOf(
      call,
      z.object({ placement_group: z.number().int() }),
    );
    mustBeOff(server);
    store.get("placement_groups", server.project, id);
    const members = store.all("servers").filter(({ placementGroup }) => placementGroup === id);
    if (members.length >= groupSize) {
      throw new ApiError(
        "placement_error",
        `placement group with ID ${id} contains already ${groupSize} servers`,
      );
    }
    server.placementGroup = id;
    return nothing;
  });
  on("remove_from_placement_group", "remove_from_placement_group", async (server) => {
    server.placementGroup = null;
    return nothing;
  });
  on("enable_backup", "enable_backup", async (server) => {
    server.backups = true;
    return nothing;
  });
  on("disable_backup", "disable_backup", async (server) => {
    server.backups = false;
    return nothing;
  });
}

function addRebuildRoute(routes: Hono<Env>, cloud: Cloud): void {
  const shape = z.object({
    image: z.union([z.string(), z.number()]),
    user_data: z.string().optional(),
  });
  routes.post("/servers/:id/actions/rebuild", async (call) => {
    const server = cloud.store.get("servers", call.get("project"), idOf(call));
    const body = await bodyOf(call, shape);
    if (server.protection.rebuild) throw new ApiError("protected", "server is rebuild protected");
    checkUserData(body.user_data);
    const type = serverTypes.find(({ id }) => id === server.serverType)!;
    server.image = imageOf(body.image, type.architecture).id;
    server.userData = body.user_data ?? server.userData;
    server.status = "rebuilding";
    const resources = [{ id: server.id, type: "server" }];
    const work = async () => {
      await cloud.driver.rebuild(machineSpec(cloud, server));
      await pushPublicNic(cloud, server);
      await cloud.driver.powerOn(server.id);
      server.status = "running";
    };
    const action = await cloud.actions.start(server.project, "rebuild_server", resources, work);
    return call.json({ action: actionToWire(action), root_password: null }, 201);
  });
}
