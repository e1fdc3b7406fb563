import type { CloudClient } from "../client";
import { differs, type Values } from "./handlers";
import { sshKeyIds } from "./server-body";
import { serverOf } from "./wire";

/** Sets both protections, which travel together. */
export async function protectServer(
  client: CloudClient,
  id: unknown,
  values: Values,
): Promise<void> {
  const body = {
    delete: Boolean(values.deleteProtection),
    rebuild: Boolean(values.rebuildProtection),
  };
  await client.act(`/servers/${String(id)}/actions/change_protection`, body);
}

/** Another server type; the cloud starts the server afterwards. */
export async function changeType(
  client: CloudClient,
  id: string,
  { serverType, keepDisk }: Values,
): Promise<void> {
  const wire = await serverOf(client, id);
  if (wire?.status === "running") await client.act(`/servers/${id}/actions/poweroff`);
  const body = { server_type: serverType, upgrade_disk: !keepDisk };
  await client.act(`/servers/${id}/actions/change_type`, body);
}

/** Takes firewalls off the server and puts others on. */
export async function changeFirewalls(
  client: CloudClient,
  id: number,
  olds: Values,
  news: Values,
): Promise<void> {
  if (news.firewallIds === undefined) return;
  const [before, after] = [olds.firewallIds ?? [], news.firewallIds] as number[][];
  const target = [{ type: "server", server: { id } }];
  for (const firewall of before!.filter((other) => !after!.includes(other))) {
    await client.act(`/firewalls/${firewall}/actions/remove_from_resources`, {
      remove_from: target,
    });
  }
  for (const firewall of after!.filter((other) => !before!.includes(other))) {
    await client.act(`/firewalls/${firewall}/actions/apply_to_resources`, { apply_to: target });
  }
}

/**
 * Leaves one placement group and joins another.
 *
 * @throws Error if it has to leave one while it is not off.
 */
export async function changeGroup(
  client: CloudClient,
  id: string,
  olds: Values,
  news: Values,
): Promise<void> {
  const [before, after] = [Number(olds.placementGroupId ?? 0), Number(news.placementGroupId ?? 0)];
  if (before === after) return;
  const wire = await serverOf(client, id);
  if (before && wire?.status !== "off") {
    throw new Error("removing a running server from a placement group is currently not supported");
  }
  if (before) await client.act(`/servers/${id}/actions/remove_from_placement_group`);
  if (after)
    await client.act(`/servers/${id}/actions/add_to_placement_group`, { placement_group: after });
}

/** Media that a server may start from; the next start takes them. */
export async function changeBoot(
  client: CloudClient,
  id: unknown,
  olds: Values,
  news: Values,
): Promise<void> {
  const path = `/servers/${String(id)}/actions`;
  let changed = false;
  if (differs(olds, news, "iso")) {
    if (olds.iso) await client.act(`${path}/detach_iso`);
    if (news.iso) await client.act(`${path}/attach_iso`, { iso: news.iso });
    changed = true;
  }
  if (differs(olds, news, "rescue")) {
    if (olds.rescue) await client.act(`${path}/disable_rescue`);
    if (news.rescue) {
      const ssh_keys = await sshKeyIds(client, news);
      await client.act(`${path}/enable_rescue`, { type: news.rescue, ssh_keys });
    }
    changed = true;
  }
  if (changed) await client.act(`${path}/reset`);
}
