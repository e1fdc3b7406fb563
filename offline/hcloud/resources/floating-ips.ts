import type { CloudClient } from "../client";
import {
  created,
  differs,
  locationName,
  protect,
  putEach,
  type Created,
  type Handlers,
  type Values,
} from "./handlers";
import { addressOuts, type WireIp } from "./wire";

async function floatingOf(client: CloudClient, id: unknown): Promise<WireIp | undefined> {
  return (await client.find<{ floating_ip: WireIp }>(`/floating_ips/${String(id)}`))?.floating_ip;
}

function floatingOuts(wire: WireIp): Values {
  return {
    name: wire.name,
    type: wire.type,
    description: wire.description,
    homeLocation: locationName(wire.home_location),
    ...(wire.server ? { serverId: wire.server } : {}),
    labels: wire.labels,
    deleteProtection: wire.protection.delete,
    ...addressOuts(wire),
  };
}

/** Floating IPs. */
export const floatingIp: Handlers = {
  async create(client, inputs) {
    const body = {
      type: inputs.type,
      description: inputs.description ?? "",
      name: inputs.name,
      server: inputs.serverId,
      home_location: inputs.homeLocation,
      labels: inputs.labels ?? {},
    };
    const answer = await client.call<{ floating_ip: WireIp } & Created>(
      "POST",
      "/floating_ips",
      body,
    );
    await created(client, answer);
    const { id } = answer.floating_ip;
    await protect(client, `/floating_ips/${id}`, inputs.deleteProtection);
    return {
      id: String(id),
      outs: floatingOuts((await floatingOf(client, id)) ?? answer.floating_ip),
    };
  },
  async read(client, id) {
    const wire = await floatingOf(client, id);
    return wire && floatingOuts(wire);
  },
  async update(client, id, olds, news) {
    const path = `/floating_ips/${id}`;
    await putEach(client, path, olds, news, {
      description: "description",
      name: "name",
      labels: "labels",
    });
    if (news.serverId !== undefined && differs(olds, news, "serverId")) {
      if (news.serverId) await client.act(`${path}/actions/assign`, { server: news.serverId });
      else await client.act(`${path}/actions/unassign`);
    }
    await protect(client, path, news.deleteProtection, olds.deleteProtection);
  },
  async delete(client, id) {
    const wire = await floatingOf(client, id);
    if (!wire) return;
    if (wire.server) await client.act(`/floating_ips/${id}/actions/unassign`);
    await client.call("DELETE", `/floating_ips/${id}`);
  },
};

/** To which server a floating IP goes, as a resource of its own. */
export const floatingIpAssignment: Handlers = {
  async create(client, { floatingIpId, serverId }) {
    await client.act(`/floating_ips/${String(floatingIpId)}/actions/assign`, { server: serverId });
    return { id: String(floatingIpId), outs: { floatingIpId, serverId } };
  },
  async read(client, id) {
    const wire = await floatingOf(client, id);
    return wire?.server ? { floatingIpId: wire.id, serverId: wire.server } : undefined;
  },
  update: (client, id, _olds, { serverId }) =>
    client.act(`/floating_ips/${id}/actions/assign`, { server: serverId }),
  async delete(client, id) {
    const wire = await floatingOf(client, id);
    if (wire?.server) await client.act(`/floating_ips/${id}/actions/unassign`);
  },
};
