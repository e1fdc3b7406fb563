import { CloudError, retried, type CloudClient } from "../client";
import { protect, putEach, type Handlers, type Values } from "./handlers";

interface WireNetwork {
  id: number;
  name: string;
  ip_range: string;
  labels: Values;
  protection: { delete: boolean };
  expose_routes_to_vswitch: boolean;
  subnets: {
    ip_range: string;
    type: string;
    network_zone: string;
    gateway: string;
    vswitch_id: number | null;
  }[];
  routes: { destination: string; gateway: string }[];
}

async function networkOf(client: CloudClient, id: unknown): Promise<WireNetwork | undefined> {
  return (await client.find<{ network: WireNetwork }>(`/networks/${String(id)}`))?.network;
}

function networkOuts(wire: WireNetwork): Values {
  return {
    name: wire.name,
    ipRange: wire.ip_range,
    labels: wire.labels,
    deleteProtection: wire.protection.delete,
    exposeRoutesToVswitch: wire.expose_routes_to_vswitch,
  };
}

/** Networks. */
export const network: Handlers = {
  async create(client, inputs) {
    const body = {
      name: inputs.name,
      ip_range: inputs.ipRange,
      labels: inputs.labels ?? {},
      expose_routes_to_vswitch: inputs.exposeRoutesToVswitch ?? false,
    };
    const { network: made } = await client.call<{ network: WireNetwork }>(
      "POST",
      "/networks",
      body,
    );
    await protect(client, `/networks/${made.id}`, inputs.deleteProtection);
    return { id: String(made.id), outs: networkOuts((await networkOf(client, made.id)) ?? made) };
  },
  async read(client, id) {
    const wire = await networkOf(client, id);
    return wire && networkOuts(wire);
  },
  async update(client, id, olds, news) {
    const path = `/networks/${id}`;
    await putEach(client, path, olds, news, {
      name: "name",
      labels: "labels",
      exposeRoutesToVswitch: "expose_routes_to_vswitch",
    });
    await protect(client, path, news.deleteProtection, olds.deleteProtection);
  },
  async delete(client, id) {
    if (await networkOf(client, id)) await client.call("DELETE", `/networks/${id}`);
  },
};

function subnetOuts(wire: WireNetwork, ipRange: string): Values | undefined {
  const found = wire.subnets.find((subnet) => subnet.ip_range === ipRange);
  if (!found) return undefined;
  return {
    networkId: wire.id,
    ipRange: found.ip_range,
    type: found.type,
    networkZone: found.network_zone,
    gateway: found.gateway,
    ...(found.vswitch_id ? { vswitchId: found.vswitch_id } : {}),
  };
}

/** Codes after which the deletion of a subnet is tried again. */
const subnetBusy = ["conflict", "locked", "service_error"];

/** Subnets. */
export const networkSubnet: Handlers = {
  async create(client, inputs) {
    const { networkId, type, networkZone, ipRange, vswitchId } = inputs;
    const body = {
      type,
      network_zone: networkZone,
      ip_range: ipRange,
      ...(type === "vswitch" ? { vswitch_id: vswitchId } : {}),
    };
    const path = `/networks/${String(networkId)}/actions/add_subnet`;
    await retried(5, ["conflict", "vswitch_id_already_used"], () => client.act(path, body));
    const wire = await networkOf(client, networkId);
    return {
      id: `${String(networkId)}-${String(ipRange)}`,
      outs: subnetOuts(wire!, String(ipRange))!,
    };
  },
  async read(client, id, props) {
    const wire = await networkOf(client, props.networkId ?? id.split("-")[0]);
    return wire && subnetOuts(wire, String(props.ipRange ?? id.slice(id.indexOf("-") + 1)));
  },
  update: async () => undefined,
  async delete(client, _id, { networkId, ipRange }) {
    const path = `/networks/${String(networkId)}/actions/delete_subnet`;
    try {
      await retried(50, subnetBusy, async () => {
        if (await networkOf(client, networkId)) await client.act(path, { ip_range: ipRange });
      });
    } catch (error) {
      if (!(error instanceof CloudError) || error.code !== "not_found") throw error;
    }
  },
};

/** Routes of a network. */
export const networkRoute: Handlers = {
  async create(client, { networkId, destination, gateway }) {
    const path = `/networks/${String(networkId)}/actions/add_route`;
    await retried(5, ["conflict"], () => client.act(path, { destination, gateway }));
    return {
      id: `${String(networkId)}-${String(destination)}`,
      outs: { networkId, destination, gateway },
    };
  },
  async read(client, id, props) {
    const wire = await networkOf(client, props.networkId ?? id.split("-")[0]);
    const destination = props.destination ?? id.slice(id.indexOf("-") + 1);
    const found = wire?.routes.find((route) => route.destination === destination);
    return found && { networkId: wire!.id, ...found };
  },
  update: async () => undefined,
  async delete(client, _id, { networkId, destination, gateway }) {
    const path = `/networks/${String(networkId)}/actions/delete_route`;
    if (!(await networkOf(client, networkId))) return;
    try {
      await retried(5, ["conflict"], () => client.act(path, { destination, gateway }));
    } catch (error) {
      if (!(error instanceof CloudError) || error.code !== "not_found") throw error;
    }
  },
};
