import { CloudError, retried, type CloudClient } from "../client";
import type { Handlers, Values } from "./handlers";
import { type Nic, serverOf } from "./wire";

/** Codes after which attaching is tried again. */
const attachBusy = ["conflict", "locked", "service_error", "no_subnet_available"];

/** Attaches a server to a network; one that is attached already counts as done. */
export async function attach(client: CloudClient, id: unknown, body: Values): Promise<void> {
  try {
    const path = `/servers/${String(id)}/actions/attach_to_network`;
    await retried(5, attachBusy, () => client.act(path, body));
  } catch (error) {
    if (!(error instanceof CloudError) || error.code !== "server_already_attached") throw error;
  }
}

/** Network and range of an entry that names a subnet, `<network id>-<cidr>`. */
export function subnetParts(values: Values): { network: number; ip_range?: string } {
  const subnet = values.subnetId as string | undefined;
  if (subnet === undefined) return { network: Number(values.networkId) };
  const dash = subnet.indexOf("-");
  return { network: Number(subnet.slice(0, dash)), ip_range: subnet.slice(dash + 1) };
}

function ipsOf(value: unknown): string {
  return JSON.stringify([...((value as string[] | undefined) ?? [])].sort());
}

/** Brings the networks of a server to what is given: an address changes by leaving and coming back. */
export async function changeNetworks(
  client: CloudClient,
  id: string,
  olds: Values,
  news: Values,
): Promise<void> {
  const [before, after] = [olds.networks ?? [], news.networks ?? []] as Values[][];
  const path = `/servers/${id}/actions`;
  const inNetwork = (entries: Values[], network: number) =>
    entries.find((entry) => subnetParts(entry).network === network);
  for (const old of before!) {
    const { network } = subnetParts(old);
    const wanted = inNetwork(after!, network);
    if (wanted && (wanted.ip === undefined || wanted.ip === old.ip)) continue;
    await client.act(`${path}/detach_from_network`, { network });
  }
  for (const wanted of after!) {
    const parts = subnetParts(wanted);
    const old = inNetwork(before!, parts.network);
    const alias_ips = (wanted.aliasIps as string[] | undefined) ?? [];
    if (!old || (wanted.ip !== undefined && wanted.ip !== old.ip)) {
      await attach(client, id, { ...parts, ip: wanted.ip, alias_ips });
    } else if (ipsOf(wanted.aliasIps) !== ipsOf(old.aliasIps)) {
      await client.act(`${path}/change_alias_ips`, { network: parts.network, alias_ips });
    }
  }
}

/** The connection of a server to a network, as a resource of its own. */
export const serverNetwork: Handlers = {
  async create(client, inputs) {
    const { serverId, ip, aliasIps } = inputs;
    const parts = subnetParts(inputs);
    await attach(client, serverId, { ...parts, ip, alias_ips: aliasIps ?? [] });
    const found = await nicOf(client, serverId, parts.network);
    if (!found)
      throw new Error(`server ${String(serverId)} vanished from network ${parts.network}`);
    return { id: `${String(serverId)}-${parts.network}`, outs: nicOuts(inputs, found) };
  },
  async read(client, id, props) {
    const [serverId, networkId] = id.split("-");
    const found = await nicOf(client, serverId, Number(networkId));
    return found && nicOuts({ ...props, serverId: Number(serverId) }, found);
  },
  async update(client, _id, olds, news) {
    const body = { network: olds.networkId, alias_ips: news.aliasIps ?? [] };
    await client.act(`/servers/${String(olds.serverId)}/actions/change_alias_ips`, body);
  },
  async delete(client, _id, { serverId, networkId }) {
    try {
      const path = `/servers/${String(serverId)}/actions/detach_from_network`;
      const busy = ["conflict", "locked", "service_error"];
      await retried(5, busy, () => client.act(path, { network: networkId }));
    } catch (error) {
      if (!(error instanceof CloudError) || error.code !== "not_found") throw error;
    }
  },
};

async function nicOf(
  client: CloudClient,
  serverId: unknown,
  networkId: number,
): Promise<Nic | undefined> {
  const wire = await serverOf(client, serverId);
  return wire?.private_net.find(({ network }) => network === networkId);
}

function nicOuts(given: Values, nic: Nic): Values {
  return {
    serverId: given.serverId,
    networkId: nic.network,
    ...(given.subnetId === undefined ? {} : { subnetId: given.subnetId }),
    ip: nic.ip,
    aliasIps: nic.alias_ips,
    macAddress: nic.mac_address,
  };
}
