import type { Cloud } from "./cloud";
import { effectiveRules } from "./firewalling";
import type { Server } from "./model";
import { privateNic, pushNetwork, pushPublicNic } from "./nics";
import { rebuildMachine } from "./resources/server-power";
import { forgetServer } from "./resources/servers";
import { machineSpec } from "./server-view";

/**
 * Tells the machine driver the whole stored state once more, at a start: servers that run keep
 * running, what the machine lost is put back, a server that stopped by itself meanwhile is off, one
 * that ran when this machine went down is started, and what an action was doing when the cloud
 * ended is done.
 */
export async function reconcile(cloud: Cloud): Promise<void> {
  const { store, driver, actions } = cloud;
  for (const network of store.all("networks")) await pushNetwork(cloud, network);
  for (const volume of store.all("volumes")) {
    const { id, size: sizeGb, format } = volume;
    await driver.createVolume({ id, sizeGb, ...(format ? { format } : {}) });
    volume.status = "available";
  }
  const failures = new Map<number, string>();
  for (const server of [...store.all("servers")]) {
    await reconcileServer(cloud, server).catch((error: Error) => {
      failures.set(server.id, error.message);
      server.status = "off";
    });
  }
  for (const { id, server } of store.all("volumes")) {
    if (server !== null && !failures.has(server)) await driver.attachVolume(id, server, false);
  }
  for (const { ip, server } of store.all("floating_ips")) {
    await driver.assignFloatingIp(ip, server ?? undefined);
  }
  actions.endInterrupted(failures);
}

const starting = ["start_server", "reboot_server", "reset_server", "change_server_type"] as const;

async function reconcileServer(cloud: Cloud, server: Server): Promise<void> {
  const { driver, actions } = cloud;
  if (server.status === "deleting") {
    await driver.destroy(server.id);
    return forgetServer(cloud, server);
  }
  await driver.create(machineSpec(cloud, server));
  await pushPublicNic(cloud, server);
  await driver.setFirewall(server.id, effectiveRules(cloud, server));
  for (const attachment of server.attachments) {
    await driver.attachNetwork(server.id, privateNic(cloud, server, attachment));
  }
  const interrupted = actions.interrupted(server);
  if (interrupted.includes("rebuild_server")) await rebuildMachine(cloud, server);
  else if (interrupted.includes("stop_server")) await driver.powerOff(server.id);
  else if (
    starting.some((command) => interrupted.includes(command)) ||
    (server.status === "running" && (await driver.lostPower(server.id)))
  ) {
    await driver.powerOn(server.id);
  }
  server.status = await driver.status(server.id);
}
