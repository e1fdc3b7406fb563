import { retried, type CloudClient } from "../client";
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

interface WireVolume {
  id: number;
  name: string;
  size: number;
  server: number | null;
  location: Values;
  labels: Values;
  linux_device: string;
  protection: { delete: boolean };
}

async function volumeOf(client: CloudClient, id: unknown): Promise<WireVolume | undefined> {
  return (await client.find<{ volume: WireVolume }>(`/volumes/${String(id)}`))?.volume;
}

function outs(wire: WireVolume): Values {
  return {
    name: wire.name,
    size: wire.size,
    location: locationName(wire.location),
    ...(wire.server ? { serverId: wire.server } : {}),
    labels: wire.labels,
    linuxDevice: wire.linux_device,
    deleteProtection: wire.protection.delete,
  };
}

function attach(
  client: CloudClient,
  id: unknown,
  server: unknown,
  automount: unknown,
): Promise<void> {
  const path = `/volumes/${String(id)}/actions/attach`;
  return retried(5, ["locked"], () => client.act(path, { server, automount: automount ?? false }));
}

function detach(client: CloudClient, id: unknown): Promise<void> {
  return retried(5, ["locked"], () => client.act(`/volumes/${String(id)}/actions/detach`));
}

/** Volumes. */
export const volume: Handlers = {
  async create(client, inputs) {
    const { name, size, serverId, location, automount, format, labels } = inputs;
    const place = serverId ? { server: serverId, automount } : { location };
    const body = { name, size, labels: labels ?? {}, format, ...place };
    const answer = await retried(5, ["locked"], () =>
      client.call<{ volume: WireVolume } & Created>("POST", "/volumes", body),
    );
    await created(client, answer);
    const { id } = answer.volume;
    await protect(client, `/volumes/${id}`, inputs.deleteProtection);
    const made = outs((await volumeOf(client, id)) ?? answer.volume);
    // Neither is ever read back.
    return { id: String(id), outs: { ...made, automount, format } };
  },
  async read(client, id, { automount, format }) {
    const wire = await volumeOf(client, id);
    return wire && { ...outs(wire), automount, format };
  },
  async update(client, id, olds, news) {
    const path = `/volumes/${id}`;
    await putEach(client, path, olds, news, { name: "name", labels: "labels" });
    if (news.serverId !== undefined && differs(olds, news, "serverId")) {
      if (olds.serverId) await detach(client, id);
      if (news.serverId) await attach(client, id, news.serverId, news.automount);
    }
    if (differs(olds, news, "size"))
      await client.act(`${path}/actions/resize`, { size: news.size });
    await protect(client, path, news.deleteProtection, olds.deleteProtection);
  },
  async delete(client, id) {
    const wire = await volumeOf(client, id);
    if (!wire) return;
    if (wire.server) await detach(client, id);
    await client.call("DELETE", `/volumes/${id}`);
  },
};

/** To which server a volume is attached, as a resource of its own. */
export const volumeAttachment: Handlers = {
  async create(client, { volumeId, serverId, automount }) {
    await attach(client, volumeId, serverId, automount);
    return { id: String(volumeId), outs: { volumeId, serverId, automount } };
  },
  async read(client, id, { automount }) {
    const wire = await volumeOf(client, id);
    return wire?.server ? { volumeId: wire.id, serverId: wire.server, automount } : undefined;
  },
  async update() {
    throw new Error("doesn't support update");
  },
  async delete(client, id) {
    const wire = await volumeOf(client, id);
    if (wire?.server) await detach(client, id);
  },
};
