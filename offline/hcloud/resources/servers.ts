import { setTimeout as pause } from "node:timers/promises";
import { CloudError, retried, type CloudClient } from "../client";
import { userDataHash } from "../server-table";
import {
  created,
  differs,
  locationName,
  putEach,
  type Created,
  type Handlers,
  type Values,
} from "./handlers";

interface Nic {
  network: number;
  ip: string;
  alias_ips: string[];
  mac_address: string;
}

interface WireServer {
  id: number;
  name: string;
  status: string;
  labels: Values;
  location: Values;
  image: { id: number; name: string; architecture: string } | null;
  server_type: { name: string };
  public_net: {
    ipv4: { ip: string } | null;
    ipv6: { ip: string } | null;
    firewalls: { id: number }[];
  };
  private_net: Nic[];
  placement_group: { id: number } | null;
  primary_disk_size: number;
  backup_window: string | null;
  protection: { delete: boolean; rebuild: boolean };
}

/** Codes after which attaching is tried again. */
const attachBusy = ["conflict", "locked", "service_error", "no_subnet_available"];

async function serverOf(client: CloudClient, id: unknown): Promise<WireServer | undefined> {
  return (await client.find<{ server: WireServer }>(`/servers/${String(id)}`))?.server;
}

/** Outputs; what the official provider never reads back stays as it was given. */
function outs(wire: WireServer, given: Values): Values {
  const { ipv4, ipv6, firewalls } = wire.public_net;
  const network = ipv6?.ip;
  return {
    ...given,
    name: wire.name,
    serverType: wire.server_type.name,
    image: /^\d+$/.test(String(given.image)) ? String(wire.image?.id) : wire.image?.name,
    location: locationName(wire.location),
    labels: wire.labels,
    firewallIds: firewalls.map(({ id }) => id),
    placementGroupId: wire.placement_group?.id ?? 0,
    primaryDiskSize: wire.primary_disk_size,
    backups: wire.backup_window !== null,
    backupWindow: wire.backup_window ?? "",
    deleteProtection: wire.protection.delete,
    rebuildProtection: wire.protection.rebuild,
    status: wire.status,
    ...(ipv4 ? { ipv4Address: ipv4.ip } : {}),
    ...(network ? { ipv6Network: network, ipv6Address: `${network.split("/")[0]}1` } : {}),
    ...(given.networks === undefined ? {} : { networks: wire.private_net.map(networkOuts) }),
  };
}

function networkOuts({ network, ip, alias_ips, mac_address }: Nic): Values {
  return { networkId: network, ip, aliasIps: alias_ips, macAddress: mac_address };
}

async function createBody(client: CloudClient, inputs: Values): Promise<Values> {
  const query = `name=${encodeURIComponent(String(inputs.serverType))}`;
  const { server_types } = await client.call<{
    server_types: { name: string; architecture: string }[];
  }>("GET", `/server_types?${query}`);
  const type = server_types[0];
  if (!type) throw new Error(`server type ${String(inputs.serverType)} not found`);
  const sshKeys = await Promise.all(
    ((inputs.sshKeys as string[]) ?? []).map((key) => sshKeyId(client, key)),
  );
  const publicNet = ((inputs.publicNets as Values[]) ?? [])[0];
  return {
    name: inputs.name,
    server_type: type.name,
    image: await imageId(client, String(inputs.image), type.architecture),
    ssh_keys: sshKeys,
    location: inputs.location,
    user_data: inputs.userData,
    labels: inputs.labels ?? {},
    firewalls: ((inputs.firewallIds as number[]) ?? []).map((firewall) => ({ firewall })),
    ...(inputs.placementGroupId ? { placement_group: inputs.placementGroupId } : {}),
    ...(publicNet
      ? {
          public_net: {
            enable_ipv4: publicNet.ipv4Enabled ?? true,
            enable_ipv6: publicNet.ipv6Enabled ?? true,
            ...(publicNet.ipv4 ? { ipv4: publicNet.ipv4 } : {}),
            ...(publicNet.ipv6 ? { ipv6: publicNet.ipv6 } : {}),
          },
        }
      : {}),
  };
}

async function imageId(client: CloudClient, image: string, architecture: string): Promise<number> {
  if (/^\d+$/.test(image)) return Number(image);
  const query = `name=${encodeURIComponent(image)}&architecture=${architecture}&include_deprecated=true`;
  const { images } = await client.call<{ images: { id: number }[] }>("GET", `/images?${query}`);
  if (!images[0]) throw new Error(`image ${image} for architecture ${architecture} not found`);
  return images[0].id;
}

async function sshKeyId(client: CloudClient, key: string): Promise<number> {
  if (/^\d+$/.test(key) && (await client.find(`/ssh_keys/${key}`))) return Number(key);
  const query = `name=${encodeURIComponent(key)}`;
  const { ssh_keys } = await client.call<{ ssh_keys: { id: number }[] }>(
    "GET",
    `/ssh_keys?${query}`,
  );
  if (!ssh_keys[0]) throw new Error(`ssh key ${key} not found`);
  return ssh_keys[0].id;
}

async function attach(client: CloudClient, id: unknown, body: Values): Promise<void> {
  try {
    const path = `/servers/${String(id)}/actions/attach_to_network`;
    await retried(5, attachBusy, () => client.act(path, body));
  } catch (error) {
    if (!(error instanceof CloudError) || error.code !== "server_already_attached") throw error;
  }
}

/** Network and range of an entry that names a subnet, `<network id>-<cidr>`. */
function subnetParts(values: Values): { network: number; ip_range?: string } {
  const subnet = values.subnetId as string | undefined;
  if (subnet === undefined) return { network: Number(values.networkId) };
  const dash = subnet.indexOf("-");
  return { network: Number(subnet.slice(0, dash)), ip_range: subnet.slice(dash + 1) };
}

/** Servers. */
export const server: Handlers = {
  async create(client, inputs) {
    const body = await createBody(client, inputs);
    const answer = await client.call<{ server: WireServer } & Created>("POST", "/servers", body);
    await created(client, answer);
    const { id } = answer.server;
    for (const entry of (inputs.networks as Values[]) ?? []) {
      const { ip, aliasIps } = entry;
      await attach(client, id, { ...subnetParts(entry), ip, alias_ips: aliasIps ?? [] });
    }
    if (inputs.backups) await client.act(`/servers/${id}/actions/enable_backup`);
    if (inputs.deleteProtection || inputs.rebuildProtection)
      await protectServer(client, id, inputs);
    const given = {
      ...inputs,
      ...(inputs.userData ? { userData: userDataHash(String(inputs.userData)) } : {}),
    };
    return { id: String(id), outs: outs((await serverOf(client, id)) ?? answer.server, given) };
  },
  async read(client, id, props) {
    const wire = await serverOf(client, id);
    return wire && outs(wire, props);
  },
  async update(client, id, olds, news) {
    const path = `/servers/${id}`;
    await putEach(client, path, olds, news, { name: "name", labels: "labels" });
    if (differs(olds, news, "serverType")) await changeType(client, id, news);
    if (Boolean(olds.backups) !== Boolean(news.backups)) {
      await client.act(`${path}/actions/${news.backups ? "enable" : "disable"}_backup`);
    }
    await changeFirewalls(client, Number(id), olds, news);
    await changeGroup(client, id, olds, news);
    const flags = ["deleteProtection", "rebuildProtection"];
    if (flags.some((key) => Boolean(olds[key]) !== Boolean(news[key]))) {
      await protectServer(client, id, news);
    }
  },
  async delete(client, id, props) {
    if (props.shutdownBeforeDeletion) await shutDown(client, id);
    const answer = await client.call<Created>("DELETE", `/servers/${id}`);
    await created(client, answer);
  },
};

async function protectServer(client: CloudClient, id: unknown, values: Values): Promise<void> {
  const body = {
    delete: Boolean(values.deleteProtection),
    rebuild: Boolean(values.rebuildProtection),
  };
  await client.act(`/servers/${String(id)}/actions/change_protection`, body);
}

async function changeType(
  client: CloudClient,
  id: string,
  { serverType, keepDisk }: Values,
): Promise<void> {
  const wire = await serverOf(client, id);
  if (wire?.status === "running") await client.act(`/servers/${id}/actions/poweroff`);
  const body = { server_type: serverType, upgrade_disk: !keepDisk };
  await client.act(`/servers/${id}/actions/change_type`, body);
}

async function changeFirewalls(
  client: CloudClient,
  id: number,
  olds: Values,
  news: Values,
): Promise<void> {
  if (news.firewallIds === undefined) return;
  const [before, after] = [olds.firewallIds ?? [], news.firewallIds] as number[][];
  const target = [{ type: "server", server: { id } }];
  for (const firewall of before!.filter((other) => !after!.includes(other))) {
    await client.act(`/firewalls/${firewall}/actions/remove_from_resources`, {
      remove_from: target,
    });
  }
  for (const firewall of after!.filter((other) => !before!.includes(other))) {
    await client.act(`/firewalls/${firewall}/actions/apply_to_resources`, { apply_to: target });
  }
}

async function changeGroup(
  client: CloudClient,
  id: string,
  olds: Values,
  news: Values,
): Promise<void> {
  const [before, after] = [Number(olds.placementGroupId ?? 0), Number(news.placementGroupId ?? 0)];
  if (before === after) return;
  const wire = await serverOf(client, id);
  if (before && wire?.status !== "off") {
    throw new Error("removing a running server from a placement group is currently not supported");
  }
  if (before) await client.act(`/servers/${id}/actions/remove_from_placement_group`);
  if (after)
    await client.act(`/servers/${id}/actions/add_to_placement_group`, { placement_group: after });
}

async function shutDown(client: CloudClient, id: string): Promise<void> {
  await client.act(`/servers/${id}/actions/shutdown`);
  for (let n = 0; n < 5; n++) {
    if ((await serverOf(client, id))?.status === "off") return;
    await pause(1_000 * 2 ** n);
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
