import { setTimeout as pause } from "node:timers/promises";
import type { CloudClient } from "../client";
import { hashedUserData } from "../server-table";
import {
  created,
  differs,
  locationName,
  putEach,
  type Created,
  type Handlers,
  type Values,
} from "./handlers";
import { createBody, startsLater } from "./server-body";
import {
  changeBoot,
  changeFirewalls,
  changeGroup,
  changeType,
  protectServer,
} from "./server-changes";
import { changePublicNets } from "./server-public-nets";
import { attach, changeNetworks, subnetParts } from "./server-networks";
import { serverOf, type WireServer } from "./wire";

/** Outputs; what the official provider never reads back stays as it was given. */
function outs(wire: WireServer, given: Values): Values {
  const { ipv4, ipv6, firewalls } = wire.public_net;
  const network = ipv6?.ip;
  return {
    ...given,
    ...(given.userData ? { userData: hashedUserData(given.userData) } : {}),
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
    ipv4Address: ipv4?.ip,
    ipv6Network: network,
    ipv6Address: network && `${network.split("/")[0]}1`,
    ...networksOuts(wire, (given.networks as Values[] | undefined) ?? []),
  };
}

/** Its networks, if the resource names any; an empty list, as the official plugin keeps it, names none. */
function networksOuts({ private_net }: WireServer, entries: Values[]): Values {
  if (entries.length === 0) return {};
  const networks = private_net.map(({ network, ip, alias_ips, mac_address }) => {
    const given = entries.find((entry) => subnetParts(entry).network === network);
    return {
      networkId: network,
      ...(given?.subnetId === undefined ? {} : { subnetId: given.subnetId }),
      ip,
      aliasIps: alias_ips,
      macAddress: mac_address,
    };
  });
  return { networks };
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
    if (startsLater(inputs)) await client.act(`/servers/${id}/actions/poweron`);
    if (inputs.backups) await client.act(`/servers/${id}/actions/enable_backup`);
    await changeBoot(client, id, {}, inputs);
    if (inputs.deleteProtection || inputs.rebuildProtection) {
      await protectServer(client, id, inputs);
    }
    return { id: String(id), outs: outs((await serverOf(client, id)) ?? answer.server, inputs) };
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
    await changeBoot(client, id, olds, news);
    await changeNetworks(client, id, olds, news);
    await changeFirewalls(client, Number(id), olds, news);
    await changePublicNets(client, id, olds, news);
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

async function shutDown(client: CloudClient, id: string): Promise<void> {
  await client.act(`/servers/${id}/actions/shutdown`);
  for (let n = 0; n < 5; n++) {
    if ((await serverOf(client, id))?.status === "off") return;
    await pause(1_000 * 2 ** n);
  }
}
