import { Hono } from "hono";
import { z } from "zod";
import { atOnce, resourceOf, type Order, type Task } from "../actions";
import type { Cloud } from "../cloud";
import type { Command } from "../commands";
import { ApiError, refuseLocked } from "../errors";
import type { Action, Attachment, Server } from "../model";
import { privateNic } from "../nics";
import { bodyOf, idOf, type Call, type Env } from "../request";
import { addAttachment, attachShape, checkAliases } from "./attachments";
import { answerAction } from "./family";

function run(
  cloud: Cloud,
  command: Command,
  server: Server,
  network: number,
  task: Pick<Task, "work" | "failed" | "lock">,
): Promise<Action> {
  return cloud.actions.start({
    project: server.project,
    command,
    resources: [resourceOf("servers", server), resourceOf("networks", { id: network })],
    ...task,
  });
}

/** Plugs a stored attachment in. */
export function attachNetwork(
  cloud: Cloud,
  server: Server,
  attachment: Attachment,
  order: Order = atOnce,
): Promise<Action> {
  const work = () =>
    order(() => cloud.driver.attachNetwork(server.id, privateNic(cloud, server, attachment)));
  const failed = () => {
    server.attachments = server.attachments.filter((other) => other !== attachment);
  };
  const task = { work, failed, lock: server };
  return run(cloud, "attach_to_network", server, attachment.network, task);
}

/** Attach, detach and alias addresses. https://docs.hetzner.cloud/reference/cloud#server-actions */
export function serverNetworkRoutes(cloud: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  const { driver, store } = cloud;
  const unlocked = (call: Call) => {
    const server = store.get("servers", call.get("project"), idOf(call));
    refuseLocked(server);
    return server;
  };
  routes.post("/servers/:id/actions/attach_to_network", async (call) => {
    const server = unlocked(call);
    const attachment = addAttachment(cloud, server, await bodyOf(call, attachShape));
    return answerAction(call, await attachNetwork(cloud, server, attachment));
  });
  routes.post("/servers/:id/actions/detach_from_network", async (call) => {
    const server = unlocked(call);
    const { network } = await bodyOf(call, z.object({ network: z.number().int() }));
    attachmentOf(server, network);
    server.attachments = server.attachments.filter((other) => other.network !== network);
    const task = { work: () => driver.detachNetwork(server.id, network), lock: server };
    return answerAction(call, await run(cloud, "detach_from_network", server, network, task));
  });
  routes.post("/servers/:id/actions/change_alias_ips", async (call) => {
    const server = unlocked(call);
    const shape = z.object({ network: z.number().int(), alias_ips: z.array(z.string()) });
    const { network: id, alias_ips: aliases } = await bodyOf(call, shape);
    const attachment = attachmentOf(server, id);
    const network = store.get("networks", server.project, id);
    attachment.aliasIps = checkAliases(cloud, server, network, attachment.ip, aliases);
    const work = () => driver.attachNetwork(server.id, privateNic(cloud, server, attachment));
    return answerAction(call, await run(cloud, "change_alias_ips", server, id, { work }));
  });
  return routes;
}

function attachmentOf(server: Server, network: number): Attachment {
  const found = server.attachments.find((other) => other.network === network);
  if (!found) throw new ApiError("not_found", "server is not attached to the network");
  return found;
}
