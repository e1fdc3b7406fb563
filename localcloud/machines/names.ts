import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { ipv4Number, ipv4Text } from "../addresses";

/** Label of every container. */
export const containerLabel = "webstack.localcloud";
/** Beginning of every namespace and interface in the root namespace. */
export const prefix = "wsc";
/** This machine, as the hosts see it, and the router's end of that link. */
export const clientAddress = "198.18.1.1";
export const clientGateway = "198.18.1.254";
/** This machine in IPv6, as the hosts see it. */
export const clientAddress6 = "2001:db8:0:1::1";
/** Gateway of every public interface at Hetzner. */
export const publicGateway = "172.31.1.1";
/** Metadata service and API as hosts reach them. */
export const metadataAddress = "169.254.169.254";
export const apiAddress = "198.18.2.1";
/** TCP port of the object storage at the address of the API. */
export const storagePort = 9000;
/** TCP port of the SFTP server at the address of the API, as at a Storage Box. */
export const sftpPort = 23;
/** What the hosts find of the internet: a resolver of names, and whoever else is put there. */
export const worldAddress = "198.18.2.2";
/** Public addresses of servers and floating IPs. */
export const publicRange = "198.18.0.0/24";
/**
 * All addresses of the cloud, for tests of networks in isolation (RFC 2544); no packet to them may
 * leave this machine. The documentation ranges are no choice: closed networks give them to machines.
 */
export const ownRange = "198.18.0.0/22";
export const ownRange6 = "2001:db8::/32";

/** What a host without a public interface has as resolver until its tenant names one: nothing answers there. */
export const noResolver = "127.0.0.53";
/** Interface of a private network's namespace that leads to the metadata service. */
export const metadataPort = "meta";
/** Ends of that link: in the network's namespace, and in the router. */
export const metadataEnds = { network: "100.127.255.253", router: "100.127.255.254" } as const;

/** Shared addresses (RFC 6598) that the metadata service knows hosts by; the last 256 are left free. */
const askers = { first: ipv4Number("100.64.0.0")!, count: 2 ** 22 - 256 };

/**
 * Address by which the metadata service knows a server that asks through a private network: private addresses are not
 * unique among networks.
 */
export function askerAddress(serverId: number): string {
  return ipv4Text(askers.first + (serverId % askers.count));
}

/** Names of what one local cloud has on the machine; its id is a digest of the state's path. */
export function cloudNames(stateDirectory: string) {
  const id = createHash("sha256").update(resolve(stateDirectory)).digest("hex").slice(0, 6);
  return {
    id,
    /** Namespace of the public side. */
    router: `${prefix}-${id}`,
    /** Namespace of a private network. */
    network: (networkId: number) => `${prefix}-${id}-n${networkId}`,
    /** The link's end in the root namespace. */
    link: `${prefix}${id}`,
    container: (serverId: number) => `${prefix}-${id}-${serverId}`,
  };
}

/** Names of what one local cloud has on the machine. */
export type CloudNames = ReturnType<typeof cloudNames>;

/** Router's end of a server's public interface. */
export function publicPort(serverId: number): string {
  return `pub${serverId}`;
}

/** Router's end of the link between a private network and the metadata service. */
export function metadataLink(networkId: number): string {
  return `md${networkId}`;
}

/** Router's end of a server's interface in a private network. */
export function privatePort(serverId: number): string {
  return `net${serverId}`;
}
