import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import { atOnce, resourceOf, type Order, type Task, actionToWire } from "../actions";
import type { Cloud } from "../cloud";
import type { Command } from "../commands";
import { ApiError, refuseLocked } from "../errors";
import type { Action, Server } from "../model";
import { primaryIpsOf, pushPublicNic } from "../nics";
import { idOf, type Call, type Env, bodyOf } from "../request";
import { findServerType } from "../catalogue/server-types";
import { machineSpec } from "../server-view";
import { answerAction } from "./family";
import { checkUserData, imageOf } from "./server-checks";

/** The server of a call. @throws ApiError `not_found`, or `locked` while another action has it. */
export function unlockedServer({ store }: Cloud, call: Call): Server {
  const server = store.get("servers", call.get("project"), idOf(call));
  refuseLocked(server);
  return server;
}

/** An action that changes power, disk or size of a server, which is locked meanwhile. */
export function lockingAction(
  cloud: Cloud,
  server: Server,
  command: Command,
  task: Pick<Task, "work" | "done" | "failed">,
): Promise<Action> {
  return cloud.actions.start({
    project: server.project,
    command,
    resources: [resourceOf("servers", server)],
    lock: server,
    ...task,
  });
}

/**
 * A server that is to be started needs an interface. The official Go client refuses the order by itself
 * (`ServerCreateOpts.Validate`); the API's own code and text are not documented, and these are assumed.
 *
 * @throws ApiError if it has none at all.
 */
export function refuseWithoutInterface(interfaces: number): void {
  if (interfaces > 0) return;
  const text = "server has no network interface; a public IP or a network is needed to start it";
  throw new ApiError("service_error", text);
}

/** Starts a server. @throws ApiError if it has no interface at all. */
export function powerOn(cloud: Cloud, server: Server, order: Order = atOnce): Promise<Action> {
  refuseWithoutInterface(server.attachments.length + primaryIpsOf(cloud, server).length);
  const start = async () => {
    if (server.status !== "running") server.status = "starting";
    await cloud.driver.powerOn(server.id);
  };
  return lockingAction(cloud, server, "start_server", {
    work: () => order(start),
    done: () => (server.status = "running"),
    failed: () => (server.status = "off"),
  });
}

/** How often a server that was told to stop is looked at, and for how long, milliseconds. */
const lookMs = 200;

const stopMs = 120_000;

/** A signal is not an end: the status follows when the host has really stopped. */
async function followStop({ driver, store, clock }: Cloud, server: Server): Promise<void> {
  for (let waited = 0; server.status === "stopping" && waited < stopMs; waited += lookMs) {
    if ((await driver.status(server.id)) === "off") server.status = "off";
    else await clock.wait(lookMs);
  }
  if (server.status === "stopping") server.status = "running";
  store.changed();
}

/** Power of servers. https://docs.hetzner.cloud/reference/cloud#server-actions */
export function serverPowerRoutes(cloud: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  const { driver } = cloud;
  const on = (path: string, start: (server: Server) => Promise<Action>) =>
    routes.post(`/servers/:id/actions/${path}`, async (call) =>
      answerAction(call, await start(unlockedServer(cloud, call))),
    );
  on("poweron", (server) => powerOn(cloud, server));
  on("poweroff", (server) =>
    lockingAction(cloud, server, "stop_server", {
      work: () => driver.powerOff(server.id),
      done: () => (server.status = "off"),
    }),
  );
  on("shutdown", (server) =>
    lockingAction(cloud, server, "shutdown_server", {
      work: async () => {
        if (server.status !== "off") server.status = "stopping";
        await driver.shutdown(server.id);
      },
      done: () => void followStop(cloud, server),
      failed: () => void followStop(cloud, server),
    }),
  );
  on("reboot", (server) =>
    lockingAction(cloud, server, "reboot_server", { work: () => driver.reboot(server.id) }),
  );
  on("reset", (server) =>
    lockingAction(cloud, server, "reset_server", {
      work: () => driver.reset(server.id),
      done: () => (server.status = "running"),
    }),
  );
  return routes;
}

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
