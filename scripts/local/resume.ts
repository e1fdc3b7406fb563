import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Stack } from "@pulumi/pulumi/automation";
import { cloudDelete, cloudGet } from "./cloud";
import { localState } from "./stack";

interface PendingOperation {
  type: string;
  resource: { urn: string; type: string; inputs?: Record<string, unknown> };
}

interface Checkpoint {
  resources?: { urn: string }[];
  pending_operations?: PendingOperation[];
}

const serverType = "hcloud:index/server:Server";

/** API collection per resource type whose name is unique in a project. */
const collections: Record<string, string> = {
  [serverType]: "servers",
  "hcloud:index/network:Network": "networks",
  "hcloud:index/firewall:Firewall": "firewalls",
  "hcloud:index/floatingIp:FloatingIp": "floating_ips",
  "hcloud:index/placementGroup:PlacementGroup": "placement_groups",
  "hcloud:index/sshKey:SshKey": "ssh_keys",
  "hcloud:index/volume:Volume": "volumes",
};

async function idByName(type: string, name: unknown): Promise<string | undefined> {
  const collection = collections[type];
  if (!collection || typeof name !== "string") return undefined;
  const query = `/${collection}?name=${encodeURIComponent(name)}`;
  const found = await cloudGet<Record<string, { id: number }[]>>(query);
  const first = found[collection]?.[0];
  return first === undefined ? undefined : String(first.id);
}

/**
 * True if the last command was interrupted. The answer comes from the engine's files: the engine itself would take two
 * seconds.
 */
export function wasInterrupted({ checkpoint, locks } = localState): boolean {
  const isLocked = existsSync(locks) && readdirSync(locks, { recursive: true }).some(isLockFile);
  if (isLocked || !existsSync(checkpoint)) return true;
  const { latest } = (
    JSON.parse(readFileSync(checkpoint, "utf8")) as { checkpoint: { latest?: Checkpoint } }
  ).checkpoint;
  return (latest?.pending_operations ?? []).length > 0;
}

function isLockFile(path: string | Buffer): boolean {
  return String(path).endsWith(".json");
}

/**
 * Prepares a stack for the next command after an interrupted one: releases its lock, and checks in the cloud for each
 * resource whose creation was under way. A resource that exists is deleted, since it was never recorded and nothing
 * depends on it; the next `up` creates it again.
 */
export async function resumeInterrupted(stack: Stack, say: (line: string) => void): Promise<void> {
  if (!wasInterrupted()) return;
  await stack.cancel().catch(() => undefined);
  const exported = await stack.exportStack();
  const checkpoint = exported.deployment as Checkpoint | undefined;
  const pending = checkpoint?.pending_operations ?? [];
  if (!checkpoint || pending.length === 0) return;
  say(`the last run was interrupted; ${pending.length} operations were under way`);
  const orphans: { collection: string; id: string; name: unknown }[] = [];
  for (const { type, resource } of pending) {
    if (type !== "creating") continue;
    const id = await idByName(resource.type, resource.inputs?.name);
    const collection = collections[resource.type];
    if (id && collection) orphans.push({ collection, id, name: resource.inputs?.name });
  }
  for (const { collection, id, name } of orphans) {
    say(`  removing ${collection} ${String(name)}, which was created but not recorded`);
    await cloudDelete(`/${collection}/${id}`);
  }
  checkpoint.pending_operations = [];
  await stack.importStack({ ...exported, deployment: checkpoint });
  // Only the cloud knows the result of a change of a server, such as its type.
  const changed = pending
    .filter(({ type, resource }) => type === "updating" && resource.type === serverType)
    .map(({ resource }) => resource.urn);
  if (changed.length === 0) return;
  say(`  reading ${changed.length} servers that were being changed`);
  await stack.refresh({ target: changed });
}
