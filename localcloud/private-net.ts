import { randomBytes } from "node:crypto";
import { block, contains, gatewayOf } from "./addresses";
import type { Cloud } from "./cloud";
import type { PrivateNic } from "./machines/driver";
import type { Attachment, Network, Server } from "./model";

/** A new MAC address: `96` for public, `86` for private interfaces. */
export function macAddress(first: "96" | "86"): string {
  return [first, "00", "00", ...randomBytes(3).toString("hex").match(/../g)!].join(":");
}

/** Servers with an interface in a network. */
export function attachedTo({ store }: Cloud, { id, project }: Network): Server[] {
  return store
    .of("servers", project)
    .filter(({ attachments }) => attachments.some(({ network }) => network === id));
}

/** Tells the machines what a network looks like. */
export function pushNetwork({ driver }: Cloud, { id, ipRange, routes }: Network): Promise<void> {
  return driver.setNetwork({ id, ipRange, routes });
}

/** A private interface as the machine driver wants it. */
export function privateNic({ store }: Cloud, server: Server, attachment: Attachment): PrivateNic {
  const network = store.get("networks", server.project, attachment.network);
  const address = block(`${attachment.ip}/32`)!;
  const subnet = network.subnets.find(({ ipRange }) => contains(block(ipRange)!, address));
  return {
    networkId: network.id,
    networkName: network.name,
    ip: attachment.ip,
    aliasIps: attachment.aliasIps,
    mac: attachment.macAddress,
    networkIpRange: network.ipRange,
    subnetIpRange: subnet?.ipRange ?? network.ipRange,
    gateway: gatewayOf(network.ipRange),
    interfaceNumber: attachment.interfaceNumber,
  };
}
