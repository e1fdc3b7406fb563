import { randomBytes } from "node:crypto";
import { main, type Provider } from "@pulumi/pulumi/provider";
import { pluginVersion } from "../plugins";
import { CloudClient } from "./client";
import { checked, difference } from "./diff";
import { floatingIp, floatingIpAssignment, primaryIp, rdns } from "./resources/addresses";
import { firewall, firewallAttachment } from "./resources/firewalls";
import type { Handlers, Values } from "./resources/handlers";
import { network, networkRoute, networkSubnet } from "./resources/networks";
import { placementGroup, sshKey } from "./resources/plain";
import { server, serverNetwork } from "./resources/servers";
import { volume, volumeAttachment } from "./resources/volumes";
import { tables } from "./table";

const handlers: Record<string, Handlers> = {
  "hcloud:index/sshKey:SshKey": sshKey,
  "hcloud:index/network:Network": network,
  "hcloud:index/networkSubnet:NetworkSubnet": networkSubnet,
  "hcloud:index/networkRoute:NetworkRoute": networkRoute,
  "hcloud:index/placementGroup:PlacementGroup": placementGroup,
  "hcloud:index/firewall:Firewall": firewall,
  "hcloud:index/firewallAttachment:FirewallAttachment": firewallAttachment,
  "hcloud:index/floatingIp:FloatingIp": floatingIp,
  "hcloud:index/floatingIpAssignment:FloatingIpAssignment": floatingIpAssignment,
  "hcloud:index/primaryIp:PrimaryIp": primaryIp,
  "hcloud:index/rdns:Rdns": rdns,
  "hcloud:index/volume:Volume": volume,
  "hcloud:index/volumeAttachment:VolumeAttachment": volumeAttachment,
  "hcloud:index/server:Server": server,
  "hcloud:index/serverNetwork:ServerNetwork": serverNetwork,
};

function typeOf(urn: string): string {
  return urn.split("::")[2]!.split("$").at(-1)!;
}

function known(urn: string) {
  const type = typeOf(urn);
  const [table, handler] = [tables[type], handlers[type]];
  if (!table || !handler)
    throw new Error(`the stand-in for the hcloud plugin does not know ${type}`);
  return { type, table, handler };
}

let connected: CloudClient | undefined;

/** The endpoint and token come from the environment, as the official plugin reads them too. */
function client(): CloudClient {
  connected ??= new CloudClient(process.env.HCLOUD_ENDPOINT, process.env.HCLOUD_TOKEN);
  return connected;
}

/** A name as the official plugin makes it: the resource's name, a dash and seven hex digits. */
function autoName(urn: string): string {
  return `${urn.split("::").at(-1)}-${randomBytes(4).toString("hex").slice(0, 7)}`;
}

const provider: Provider = {
  version: pluginVersion("hcloud"),
  check: async (urn, olds: Values, news: Values) => {
    const { type, table } = known(urn);
    const failures = checked(type, table, news);
    const name = news.name ?? (table.named ? (olds.name ?? autoName(urn)) : undefined);
    return { inputs: name === undefined ? news : { ...news, name }, failures };
  },
  diff: async (_id, urn, olds: Values, news: Values) => difference(known(urn).table, olds, news),
  create: async (urn, inputs: Values) => known(urn).handler.create(client(), inputs),
  read: async (id, urn, props: Values) => {
    const { handler, table } = known(urn);
    const found = await handler.read(client(), id, props);
    if (!found) return {};
    const inputs = Object.keys(table.properties)
      .filter((key) => found[key] !== undefined)
      .map((key) => [key, found[key]]);
    return { id, props: found, inputs: Object.fromEntries(inputs) };
  },
  update: async (id, urn, olds: Values, news: Values) => {
    const { handler } = known(urn);
    await handler.update(client(), id, olds, news);
    const found = await handler.read(client(), id, { ...olds, ...news });
    return { outs: found ?? { ...olds, ...news } };
  },
  delete: async (id, urn, props: Values) => known(urn).handler.delete(client(), id, props),
};

void main(provider, process.argv.slice(2));
