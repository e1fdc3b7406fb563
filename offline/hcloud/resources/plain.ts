import { putEach, type Handlers, type Values } from "./handlers";
import type { CloudClient } from "../client";

type Wire = Record<string, unknown>;

async function found(client: CloudClient, kind: string, one: string, id: string) {
  return (await client.find<Record<string, Wire>>(`/${kind}/${id}`))?.[one];
}

function sshKeyOuts(wire: Wire): Values {
  const { name, public_key: publicKey, labels, fingerprint } = wire;
  return { name, publicKey, labels, fingerprint };
}

/** SSH keys. */
export const sshKey: Handlers = {
  async create(client, { name, publicKey, labels }) {
    const body = { name, public_key: publicKey, labels: labels ?? {} };
    const { ssh_key } = await client.call<{ ssh_key: Wire }>("POST", "/ssh_keys", body);
    return { id: String(ssh_key.id), outs: sshKeyOuts(ssh_key) };
  },
  async read(client, id) {
    const wire = await found(client, "ssh_keys", "ssh_key", id);
    return wire && sshKeyOuts(wire);
  },
  async update(client, id, olds, news) {
    const name = news.name ?? olds.name;
    await client.call("PUT", `/ssh_keys/${id}`, { name, labels: news.labels ?? {} });
  },
  async delete(client, id) {
    if (await found(client, "ssh_keys", "ssh_key", id))
      await client.call("DELETE", `/ssh_keys/${id}`);
  },
};

function groupOuts({ name, type, labels, servers }: Wire): Values {
  return { name, type, labels, servers };
}

/** Placement groups. */
export const placementGroup: Handlers = {
  async create(client, { name, type, labels }) {
    const body = { name, type, labels: labels ?? {} };
    const answer = await client.call<{ placement_group: Wire }>("POST", "/placement_groups", body);
    return { id: String(answer.placement_group.id), outs: groupOuts(answer.placement_group) };
  },
  async read(client, id) {
    const wire = await found(client, "placement_groups", "placement_group", id);
    return wire && groupOuts(wire);
  },
  update: (client, id, olds, news) =>
    putEach(client, `/placement_groups/${id}`, olds, news, { name: "name", labels: "labels" }),
  delete: (client, id) => client.call("DELETE", `/placement_groups/${id}`),
};
