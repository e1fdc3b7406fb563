import { CloudError, retriedUnless, type CloudClient } from "../client";
import {
  created,
  differs,
  locationName,
  protect,
  type Created,
  type Handlers,
  type Values,
} from "./handlers";
import { addressOuts, type WireIp } from "./wire";

async function primaryOf(client: CloudClient, id: unknown): Promise<WireIp | undefined> {
  return (await client.find<{ primary_ip: WireIp }>(`/primary_ips/${String(id)}`))?.primary_ip;
}

function primaryOuts(wire: WireIp): Values {
  return {
    name: wire.name,
    type: wire.type,
    location: locationName(wire.location),
    assigneeId: wire.assignee_id ?? 0,
    assigneeType: wire.assignee_type,
    autoDelete: wire.auto_delete,
    labels: wire.labels,
    deleteProtection: wire.protection.delete,
    ...addressOuts(wire),
  };
}

/** Primary IPs. */
export const primaryIp: Handlers = {
  async create(client, inputs) {
    const body = {
      name: inputs.name,
      type: inputs.type,
      labels: inputs.labels ?? {},
      auto_delete: inputs.autoDelete ?? false,
      ...(inputs.assigneeId
        ? { assignee_id: inputs.assigneeId, assignee_type: inputs.assigneeType }
        : { location: inputs.location }),
    };
    const answer = await client.call<{ primary_ip: WireIp } & Created>(
      "POST",
      "/primary_ips",
      body,
    );
    await created(client, answer);
    const { id } = answer.primary_ip;
    await protect(client, `/primary_ips/${id}`, inputs.deleteProtection);
    return {
      id: String(id),
      outs: primaryOuts((await primaryOf(client, id)) ?? answer.primary_ip),
    };
  },
  async read(client, id) {
    const wire = await primaryOf(client, id);
    return wire && primaryOuts(wire);
  },
  async update(client, id, olds, news) {
    const path = `/primary_ips/${id}`;
    await protect(client, path, news.deleteProtection, olds.deleteProtection);
    if (news.assigneeId !== undefined && differs(olds, news, "assigneeId")) {
      if (olds.assigneeId) await client.act(`${path}/actions/unassign`);
      const body = { assignee_id: news.assigneeId, assignee_type: news.assigneeType };
      if (news.assigneeId) await client.act(`${path}/actions/assign`, body);
    }
    const { name, autoDelete, labels } = news;
    await client.call("PUT", path, { name, auto_delete: autoDelete, labels: labels ?? {} });
  },
  async delete(client, id) {
    const wire = await primaryOf(client, id);
    if (!wire) return;
    const server = wire.assignee_id ? `/servers/${wire.assignee_id}` : undefined;
    if (server && (await client.find(server))) {
      await client.act(`${server}/actions/poweroff`).catch(() => undefined);
      await client.act(`/primary_ips/${id}/actions/unassign`).catch(() => undefined);
      await client.act(`${server}/actions/poweron`).catch(() => undefined);
    }
    await deleteInTheEnd(client, `/primary_ips/${id}`);
  },
};

/** Deletes with up to ten tries; what is protected is not tried again. */
async function deleteInTheEnd(client: CloudClient, path: string): Promise<void> {
  const hopeless = ["protected", "not_found"];
  try {
    await retriedUnless(10, hopeless, () => client.call("DELETE", path));
  } catch (error) {
    if (!(error instanceof CloudError) || error.code !== "not_found") throw error;
  }
}
