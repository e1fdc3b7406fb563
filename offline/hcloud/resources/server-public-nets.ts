import { isDeepStrictEqual } from "node:util";
import { retriedUnless, type CloudClient } from "../client";
import { created, type Created, type Values } from "./handlers";
import { serverOf } from "./wire";

type Family = "ipv4" | "ipv6";

interface PublicNet {
  ipv4Enabled?: boolean;
  ipv4?: number;
  ipv6Enabled?: boolean;
  ipv6?: number;
}

/** The one entry of the list, with what is on unless it is said. The official plugin records 0 for no own address. */
function entryOf(values: Values): PublicNet {
  const [entry] = (values.publicNets as PublicNet[] | undefined) ?? [];
  return {
    ipv4Enabled: entry?.ipv4Enabled ?? true,
    ipv6Enabled: entry?.ipv6Enabled ?? true,
    ipv4: entry?.ipv4 || undefined,
    ipv6: entry?.ipv6 || undefined,
  };
}

/** Changes the public addresses of a server, which has to be off for it. */
export async function changePublicNets(
  client: CloudClient,
  id: string,
  olds: Values,
  news: Values,
): Promise<void> {
  const [before, after] = [entryOf(olds), entryOf(news)];
  if (isDeepStrictEqual(before, after)) return;
  const powerOn = () => retriedUnless(5, [], () => client.act(`/servers/${id}/actions/poweron`));
  await client.act(`/servers/${id}/actions/poweroff`);
  for (const family of ["ipv4", "ipv6"] as const) {
    const address = after[family];
    if (address && !after[`${family}Enabled`]) {
      await powerOn();
      throw new Error(
        `this operation is not allowed: ${family}_enabled = false | ${family} = ${address}`,
      );
    }
    await changeFamily(client, id, family, before, after);
  }
  await powerOn();
}

async function changeFamily(
  client: CloudClient,
  id: string,
  family: Family,
  before: PublicNet,
  after: PublicNet,
): Promise<void> {
  const key = `${family}Enabled` as const;
  if (before[key] === after[key] && before[family] === after[family]) return;
  const present = (await serverOf(client, id))?.public_net[family]?.id;
  if (present) await release(client, present, before[family] === undefined);
  if (!after[key]) return;
  const assignee = { assignee_id: Number(id), assignee_type: "server" };
  if (after[family]) {
    return client.act(`/primary_ips/${after[family]}/actions/assign`, assignee);
  }
  const name = `primary_ip-${Date.now()}`;
  const body = { name, type: family, ...assignee, auto_delete: true };
  await created(client, await client.call<Created>("POST", "/primary_ips", body));
}

/** Unassigns an address, and deletes it if it came with the server. */
async function release(client: CloudClient, id: number, isOwn: boolean): Promise<void> {
  await client.act(`/primary_ips/${id}/actions/unassign`);
  if (isOwn) await client.call("DELETE", `/primary_ips/${id}`);
}
