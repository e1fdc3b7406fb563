import type { Hono } from "hono";
import { actionToWire } from "../actions";
import type { Cloud } from "../cloud";
import { refuseLocked } from "../errors";
import { pushFirewalls } from "../firewalling";
import type { PrimaryIp, Server } from "../model";
import { primaryIpsOf } from "../nics";
import type { Env } from "../request";
import { serverToWire } from "../server-view";
import { familyRoutes } from "./family";
import { checkServerName } from "./server-checks";
import { createServer } from "./server-create";
import { lockingAction } from "./server-power";

/** Servers: list, create, read, rename, delete. https://docs.hetzner.cloud/reference/cloud#servers */
export function serverRoutes(cloud: Cloud): Hono<Env> {
  const routes = familyRoutes(cloud, {
    kind: "servers",
    toWire: (server) => serverToWire(cloud, server),
    filters: { status: ({ status }) => status },
    checkName: checkServerName,
    // Labels decide which firewalls apply.
    onUpdate: () => pushFirewalls(cloud),
    onDelete: (server) => deleteServer(cloud, server),
  });
  routes.post("/servers", async (call) => createServer(cloud, call));
  return routes;
}

/** Detaches everything at once, as the real API does, then removes the machine. */
async function deleteServer(cloud: Cloud, server: Server): Promise<Response> {
  refuseLocked(server);
  const { store, driver } = cloud;
  const floating = store.all("floating_ips").filter((ip) => ip.server === server.id);
  const volumes = store.all("volumes").filter((volume) => volume.server === server.id);
  server.status = "deleting";
  for (const item of [...floating, ...volumes]) item.server = null;
  leaveFirewalls(cloud, server);
  const action = await lockingAction(cloud, server, "delete_server", {
    work: async () => {
      for (const { ip } of floating) await driver.assignFloatingIp(ip, undefined);
      for (const { id } of volumes) await driver.detachVolume(id);
      await driver.destroy(server.id);
    },
    done: () => forgetServer(cloud, server),
  });
  return Response.json({ action: actionToWire(action) });
}

function leaveFirewalls({ store }: Cloud, { id, project }: Server): void {
  for (const firewall of store.of("firewalls", project)) {
    firewall.appliedTo = firewall.appliedTo.filter(
      (target) => target.type !== "server" || target.server.id !== id,
    );
  }
}

/** Takes a server whose machine is gone out of the store, with the addresses that go with it. */
export function forgetServer(cloud: Cloud, server: Server): void {
  for (const ip of primaryIpsOf(cloud, server)) release(cloud, ip);
  cloud.store.remove("servers", server.id);
}

function release({ store }: Cloud, ip: PrimaryIp): void {
  ip.assignee = null;
  if (ip.autoDelete) store.remove("primary_ips", ip.id);
}
