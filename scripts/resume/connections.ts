import { z } from "zod";
import { cloudAct, cloudCall, type CloudProject } from "../../rolling/cloud-api";
import { type Checkpoint, isRecorded, type PendingCreation } from "./pending";
import type { Found } from "./orphans";

const networkShape = z.object({
  network: z.object({
    subnets: z.array(z.object({ ip_range: z.string() })),
    routes: z.array(z.object({ destination: z.string(), gateway: z.string() })),
  }),
});
const volumeShape = z.object({ volume: z.object({ server: z.number().nullable() }) });

/** Subnet, route or attachment that an interrupted creation left, by type; undefined: none. */
const connections: Record<
  string,
  (cloud: CloudProject, checkpoint: Checkpoint, creation: PendingCreation) => Promise<Found>
> = {
  "hcloud:index/networkSubnet:NetworkSubnet": async (cloud, checkpoint, { type, inputs }) => {
    const { networkId, ipRange } = inputs;
    if (isRecorded(checkpoint, type, `${String(networkId)}-${String(ipRange)}`)) return undefined;
    const subnet = (await networkOf(cloud, networkId))?.subnets.find(
      ({ ip_range }) => ip_range === ipRange,
    );
    if (!subnet) return undefined;
    const path = `/networks/${String(networkId)}/actions/delete_subnet`;
    return orphan(`subnet ${subnet.ip_range} of network ${String(networkId)}`, () =>
      cloudAct(cloud, "POST", path, { ip_range: subnet.ip_range }),
    );
  },
  "hcloud:index/networkRoute:NetworkRoute": async (cloud, checkpoint, { type, inputs }) => {
    const { networkId, destination } = inputs;
    if (isRecorded(checkpoint, type, `${String(networkId)}-${String(destination)}`))
      return undefined;
    const route = (await networkOf(cloud, networkId))?.routes.find(
      (one) => one.destination === destination,
    );
    if (!route) return undefined;
    const path = `/networks/${String(networkId)}/actions/delete_route`;
    return orphan(`route ${route.destination} of network ${String(networkId)}`, () =>
      cloudAct(cloud, "POST", path, { ...route }),
    );
  },
  // The server was never configured, so MySQL has not started there: it lacks its secrets.
  "hcloud:index/volumeAttachment:VolumeAttachment": async (cloud, checkpoint, creation) => {
    const { volumeId, serverId } = creation.inputs;
    if (isRecorded(checkpoint, creation.type, String(volumeId))) return undefined;
    const answer = await known(cloud, "volumes", volumeId);
    const at = answer === undefined ? null : volumeShape.parse(answer).volume.server;
    if (at === null || at !== Number(serverId)) return undefined;
    return orphan(`attachment of volume ${String(volumeId)} to server ${at}`, () =>
      cloudAct(cloud, "POST", `/volumes/${String(volumeId)}/actions/detach`),
    );
  },
};

/**
 * What the interrupted creation of a part without a name left: a second creation of a subnet, a route or the attachment
 * of a volume is refused. hcloud 1.41.0 takes an existing connection of a server to a network, and an existing
 * assignment, as made.
 *
 * @throws Error if the cloud does not answer.
 */
export async function leftConnection(
  cloud: CloudProject,
  checkpoint: Checkpoint,
  creation: PendingCreation,
): Promise<Found> {
  return connections[creation.type]?.(cloud, checkpoint, creation);
}

function orphan(title: string, remove: () => Promise<unknown>): Found {
  return { orphan: { title, remove: async () => void (await remove()) } };
}

/** One resource of the cloud; undefined: there is none, or its id is not known. */
async function known(cloud: CloudProject, collection: string, id: unknown): Promise<unknown> {
  if (!/^\d+$/.test(String(id))) return undefined;
  return cloudCall(cloud, "GET", `/${collection}/${String(id)}`);
}

async function networkOf(cloud: CloudProject, id: unknown) {
  const answer = await known(cloud, "networks", id);
  return answer === undefined ? undefined : networkShape.parse(answer).network;
}
