import type { CloudClient } from "../client";
import type { Values } from "./handlers";

/** Body of `POST /servers`, with type, image and keys looked up first. */
export async function createBody(client: CloudClient, inputs: Values): Promise<Values> {
  const query = `name=${encodeURIComponent(String(inputs.serverType))}`;
  const { server_types } = await client.call<{
    server_types: { name: string; architecture: string }[];
  }>("GET", `/server_types?${query}`);
  const type = server_types[0];
  if (!type) throw new Error(`server type ${String(inputs.serverType)} not found`);
  const publicNet = ((inputs.publicNets as Values[]) ?? [])[0];
  if (isPrivate(inputs) && !startsLater(inputs)) {
    // `ServerCreateOpts.Validate` of hcloud-go: a network resource of its own comes too late for the first start.
    throw new Error(
      "missing networks or StartAfterCreate == false when EnableIPv4 and EnableIPv6 is false",
    );
  }
  return {
    name: inputs.name,
    server_type: type.name,
    image: await imageId(client, String(inputs.image), type.architecture),
    ssh_keys: await sshKeyIds(client, inputs),
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
    ...(startsLater(inputs) ? { start_after_create: false } : {}),
  };
}

/** True if a server has nothing but private networks, which are attached before its first start. */
export function startsLater(inputs: Values): boolean {
  return isPrivate(inputs) && ((inputs.networks as unknown[] | undefined) ?? []).length > 0;
}

function isPrivate({ publicNets }: Values): boolean {
  const [publicNet] = (publicNets as Values[] | undefined) ?? [];
  return publicNet?.ipv4Enabled === false && publicNet.ipv6Enabled === false;
}

async function imageId(client: CloudClient, image: string, architecture: string): Promise<number> {
  if (/^\d+$/.test(image)) return Number(image);
  const query = `name=${encodeURIComponent(image)}&architecture=${architecture}&include_deprecated=true`;
  const { images } = await client.call<{ images: { id: number }[] }>("GET", `/images?${query}`);
  if (!images[0]) throw new Error(`image ${image} for architecture ${architecture} not found`);
  return images[0].id;
}

/** Ids of the keys of a server, which may be given by id or name. */
export async function sshKeyIds(client: CloudClient, { sshKeys }: Values): Promise<number[]> {
  const ids: number[] = [];
  for (const key of (sshKeys as string[] | undefined) ?? []) ids.push(await sshKeyId(client, key));
  return ids;
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
