import { attempt, command } from "./command";
import type { MachineNetwork } from "./driver";
import {
  askerAddress,
  metadataAddress,
  metadataEnds,
  metadataLink,
  metadataPort,
  privatePort,
  type CloudNames,
} from "./names";
import { makeNamespace } from "./router";

/** Metric of the routes that refuse what no other route of a network leads to. */
const lastMetric = 4096;

/** What of `ip -json route` matters here. */
export interface PresentRoute {
  /** Block with prefix, single address, or `default`. */
  dst: string;
  /** Given for the routes of the network alone: every other one has its interface only. */
  gateway?: string;
  dev?: string;
}

/** A route of a network, and the server that has its gateway address; undefined if none has. */
export interface OwnedRoute {
  destination: string;
  gateway: string;
  serverId: number | undefined;
}

/** What `ip` does in the namespace of a network: the way to the metadata service, and what is refused. */
export function networkLines(ipRange: string): string[] {
  return [
    `address replace ${metadataEnds.network}/32 dev ${metadataPort}`,
    `link set ${metadataPort} up`,
    `route replace ${metadataAddress}/32 dev ${metadataPort}`,
    // An address of the network that no server has must not follow its route to everywhere.
    ...["default", ipRange].map((to) => `route replace unreachable ${to} metric ${lastMetric}`),
  ];
}

/** Makes the namespace of a private network and its link to the metadata service. */
export async function makeNetwork(names: CloudNames, network: MachineNetwork): Promise<void> {
  const [namespace, link] = [names.network(network.id), metadataLink(network.id)];
  await makeNamespace(namespace);
  if ((await attempt("ip", ["-n", namespace, "link", "show", metadataPort])) === undefined) {
    await attempt("ip", ["-n", names.router, "link", "delete", link]);
    const ends = ["netns", names.router, "type", "veth", "peer", "name", metadataPort];
    await command("ip", ["link", "add", link, ...ends, "netns", namespace]);
  }
  await batch(names.router, [
    `address replace ${metadataEnds.router}/32 dev ${link}`,
    `link set ${link} up`,
  ]);
  await batch(namespace, networkLines(network.ipRange));
}

/** Lets the metadata service answer a server that asks through the network. */
export async function routeAsker(
  names: CloudNames,
  networkId: number,
  serverId: number,
): Promise<void> {
  const way = `via ${metadataEnds.network} dev ${metadataLink(networkId)} onlink`;
  await batch(names.router, [`route replace ${askerAddress(serverId)}/32 ${way}`]);
}

/** A destination as `ip` writes it. */
function target(destination: string): string {
  return destination === "0.0.0.0/0" ? "default" : destination.replace(/\/32$/, "");
}

/** What `ip` does so that the routes of a network are the wanted ones; a gateway without owner leads nowhere. */
export function routeChanges(
  present: readonly PresentRoute[],
  wanted: readonly OwnedRoute[],
): string[] {
  const text = (dst: string, gateway: string, dev: string) => `${dst} via ${gateway} dev ${dev}`;
  const now = present.flatMap(({ dst, gateway, dev }) =>
    gateway && dev ? [text(dst, gateway, dev)] : [],
  );
  const then = wanted.flatMap(({ destination, gateway, serverId }) =>
    serverId === undefined ? [] : [text(target(destination), gateway, privatePort(serverId))],
  );
  return [
    ...now.filter((route) => !then.includes(route)).map((route) => `route delete ${route}`),
    ...then.filter((route) => !now.includes(route)).map((route) => `route replace ${route} onlink`),
  ];
}

/** Sets the routes of a network. One whose server is off is not there: the server's start sets it. */
export async function setRoutes(namespace: string, wanted: readonly OwnedRoute[]): Promise<void> {
  const shown = await attempt("ip", ["-n", namespace, "-json", "-4", "route", "show"]);
  const changes = routeChanges(JSON.parse(shown || "[]") as PresentRoute[], wanted);
  if (changes.length === 0) return;
  await attempt("ip", ["-n", namespace, "-force", "-batch", "-"], {
    input: `${changes.join("\n")}\n`,
  });
}

async function batch(namespace: string, lines: readonly string[]): Promise<void> {
  await command("ip", ["-n", namespace, "-batch", "-"], { input: `${lines.join("\n")}\n` });
}
