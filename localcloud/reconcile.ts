import type { Cloud } from "./cloud";
import { effectiveRules } from "./firewalling";
import { pushPublicNic } from "./public-net";
import { pushNetwork } from "./resources/networks";
import { machineSpec, privateNic } from "./server-view";

/**
 * Tells the machine driver the whole stored state once more, at a start: servers that run keep
 * running, what the machine lost is put back, and a server that stopped meanwhile is off.
 */
export async function reconcile(cloud: Cloud): Promise<void> {
  const { store, driver, actions } = cloud;
  actions.abandonRunning();
  for (const network of store.all("networks")) await pushNetwork(cloud, network);
  for (const { id, size: sizeGb, format } of store.all("volumes")) {
    await driver.createVolume({ id, sizeGb, ...(format ? { format } : {}) });
  }
  for (const server of [...store.all("servers")]) {
    if (server.status === "deleting") {
      await driver.destroy(server.id);
      store.remove("servers", server.id);
      continue;
    }
    await driver.create(machineSpec(cloud, server));
    await pushPublicNic(cloud, server);
    await driver.setFirewall(server.id, effectiveRules(cloud, server));
    for (const attachment of server.attachments) {
      await driver.attachNetwork(server.id, privateNic(cloud, server, attachment));
    }
    server.status = await driver.status(server.id);
  }
  for (const volume of store.all("volumes")) {
    if (volume.server !== null) await driver.attachVolume(volume.id, volume.server, false);
  }
  for (const { ip, server } of store.all("floating_ips")) {
    await driver.assignFloatingIp(ip, server ?? undefined);
  }
  store.changed();
}
