import type { CloudClient } from "../client";
import { CloudError } from "../client";
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

interface WireIp {
  id: number;
  name: string;
  type: "ipv4" | "ipv6";
  ip: string;
  labels: Values;
  description?: string;
  server?: number | null;
  home_location?: Values;
  location?: Values;
  assignee_id?: number | null;
  assignee_type?: string;
  auto_delete?: boolean;
  protection: { delete: boolean };
  dns_ptr: { ip: string; dns_ptr: string }[];
}

function addressOuts({ type, ip }: WireIp): Values {
  if (type === "ipv4") return { ipAddress: ip };
  return { ipAddress: ip.split("/")[0], ipNetwork: ip };
}

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
    await client.call("DELETE", `/primary_ips/${id}`);
  },
};

const parents = {
  serverId: { letter: "s", path: "servers" },
  primaryIpId: { letter: "p", path: "primary_ips" },
  floatingIpId: { letter: "f", path: "floating_ips" },
} as const;

function parentOf(values: Values) {
  const keys = Object.keys(parents) as (keyof typeof parents)[];
  const key = keys.find((candidate) => values[candidate] !== undefined);
  if (!key) throw new Error("one of serverId, primaryIpId, floatingIpId must be given");
  const id = String(values[key]);
  return { key, id, ...parents[key] };
}

/** Reverse DNS of an address. */
export const rdns: Handlers = {
  async create(client, inputs) {
    const { letter, path, id } = parentOf(inputs);
    const { ipAddress: ip, dnsPtr: dns_ptr } = inputs;
    await client.act(`/${path}/${id}/actions/change_dns_ptr`, { ip, dns_ptr });
    return { id: `${letter}-${id}-${String(ip)}`, outs: { ...inputs } };
  },
  async read(client, _id, props) {
    const { path, id } = parentOf(props);
    const answer = await client.find<Record<string, Values>>(`/${path}/${id}`);
    return answer ? props : undefined;
  },
  async update(client, _id, _olds, news) {
    const { path, id } = parentOf(news);
    const body = { ip: news.ipAddress, dns_ptr: news.dnsPtr };
    await client.act(`/${path}/${id}/actions/change_dns_ptr`, body);
  },
  async delete(client, _id, props) {
    const { path, id } = parentOf(props);
    try {
      const body = { ip: props.ipAddress, dns_ptr: null };
      await client.act(`/${path}/${id}/actions/change_dns_ptr`, body);
    } catch (error) {
      if (!(error instanceof CloudError) || error.code !== "not_found") throw error;
    }
  },
};
