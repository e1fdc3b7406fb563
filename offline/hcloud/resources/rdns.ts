import { CloudError } from "../client";
import type { Handlers, Values } from "./handlers";

const parents = {
  serverId: { letter: "s", path: "servers", one: "server" },
  primaryIpId: { letter: "p", path: "primary_ips", one: "primary_ip" },
  floatingIpId: { letter: "f", path: "floating_ips", one: "floating_ip" },
} as const;

function parentOf(values: Values) {
  const keys = Object.keys(parents) as (keyof typeof parents)[];
  const key = keys.find((candidate) => values[candidate] !== undefined);
  if (!key) throw new Error("one of serverId, primaryIpId, floatingIpId must be given");
  const id = String(values[key]);
  return { key, id, ...parents[key] };
}

/** What an id says, for an import: `<s|p|f>-<id>-<address>`. @throws Error if it is no such id. */
function partsOf(id: string): Values {
  const [, letter, number, ipAddress] = /^([spf])-(\d+)-(.+)$/.exec(id) ?? [];
  const parent = Object.entries(parents).find(([, one]) => one.letter === letter);
  if (!parent) throw new Error(`id must be such as s-42-192.0.2.1, got ${JSON.stringify(id)}`);
  return { [parent[0]]: Number(number), ipAddress };
}

interface Pointer {
  ip: string;
  dns_ptr: string;
}

/** The parts of a server or of an address that hold names. */
interface Parent {
  ip?: string;
  dns_ptr?: Pointer[];
  public_net?: {
    ipv4: { ip: string; dns_ptr: string } | null;
    ipv6: { dns_ptr: Pointer[] } | null;
  };
}

/** The name that belongs to an address; `undefined` if there is none. */
function pointerOf({ dns_ptr = [], public_net }: Parent, ip: string): string | undefined {
  const { ipv4, ipv6 } = public_net ?? {};
  const all = [...dns_ptr, ...(ipv4 ? [ipv4] : []), ...(ipv6?.dns_ptr ?? [])];
  return all.find((pointer) => pointer.ip === ip)?.dns_ptr;
}

/** Reverse DNS of an address. */
export const rdns: Handlers = {
  async create(client, inputs) {
    const { letter, path, id } = parentOf(inputs);
    await client.call("GET", `/${path}/${id}`);
    const { ipAddress: ip, dnsPtr: dns_ptr } = inputs;
    await client.act(`/${path}/${id}/actions/change_dns_ptr`, { ip, dns_ptr });
    return { id: `${letter}-${id}-${String(ip)}`, outs: { ...inputs } };
  },
  async read(client, ownId, recorded) {
    const props = recorded.ipAddress === undefined ? partsOf(ownId) : recorded;
    const { path, one, id } = parentOf(props);
    const answer = await client.find<Record<string, Values>>(`/${path}/${id}`);
    const dnsPtr = answer && pointerOf(answer[one] as Parent, String(props.ipAddress));
    return dnsPtr === undefined ? undefined : { ...props, dnsPtr };
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
