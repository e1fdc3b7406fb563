import { z } from "zod";
import { cloudAct, cloudAnswer, cloudCall, type CloudProject } from "../../rolling/cloud-api";
import { waitUntil } from "../../rolling/wait-until";
import { deleteServer } from "../operate/cloud-project";
import { begunMs, type Checkpoint, isRecorded, type PendingCreation, serverType } from "./pending";

/** A resource that the cloud has and the engine did not record. */
export interface Orphan {
  /** Such as `server web-1 (id 42)`. */
  title: string;
  remove: () => Promise<void>;
}

/** What a pending creation left in the cloud. */
export type Found = { orphan: Orphan } | { refusal: string } | undefined;

/** How resources with a name are listed and judged. */
interface Kind {
  noun: string;
  /** Collection of the API. */
  collection: string;
  /** Field of the answer that names what uses the resource: null, an id or a list. @default nothing uses it */
  users?: string;
  isProtectable?: true;
}

/** Types whose name is unique in a project: a second creation is refused with `uniqueness_error`. */
const kinds: Record<string, Kind> = {
  [serverType]: { noun: "server", collection: "servers", users: "volumes", isProtectable: true },
  "hcloud:index/network:Network": {
    ...{ noun: "network", collection: "networks", users: "servers", isProtectable: true },
  },
  "hcloud:index/firewall:Firewall": {
    ...{ noun: "firewall", collection: "firewalls", users: "applied_to" },
  },
  "hcloud:index/floatingIp:FloatingIp": {
    ...{ noun: "floating IP", collection: "floating_ips", users: "server", isProtectable: true },
  },
  "hcloud:index/placementGroup:PlacementGroup": {
    ...{ noun: "placement group", collection: "placement_groups", users: "servers" },
  },
  "hcloud:index/sshKey:SshKey": { noun: "SSH key", collection: "ssh_keys" },
  "hcloud:index/volume:Volume": {
    ...{ noun: "volume", collection: "volumes", users: "server", isProtectable: true },
  },
};

const listedShape = z.looseObject({
  id: z.number(),
  created: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  protection: z.object({ delete: z.boolean() }).optional(),
});
type Listed = z.infer<typeof listedShape>;

/** Difference between the clocks of the cloud and of the machine that made the state, which is no sign of age, ms. */
const clockSkewMs = 10 * 60_000;
/** Longest wait for the end of a creation that goes on without the engine, seconds. */
const lockSeconds = 120;

/**
 * What the interrupted creation of a resource with a name left. The resource counts as left only if it has the stack's
 * labels, if nothing uses it, and if it is not older than the state, which may be a new one of an older stack.
 *
 * @returns undefined: the cloud has no such resource, or the state records it.
 * @throws Error if the cloud does not answer.
 */
export async function leftBehind(
  cloud: CloudProject,
  checkpoint: Checkpoint,
  creation: PendingCreation,
): Promise<Found> {
  const { type, project, stack, inputs } = creation;
  const kind = kinds[type];
  if (!kind || typeof inputs.name !== "string") return undefined;
  const { noun, collection, users } = kind;
  const path = `/${collection}?name=${encodeURIComponent(inputs.name)}`;
  const answer = (await cloudCall(cloud, "GET", path)) as Record<string, unknown> | undefined;
  const found = z.array(listedShape).parse(answer?.[collection] ?? [])[0];
  if (found === undefined || isRecorded(checkpoint, type, String(found.id))) return undefined;
  const title = `${noun} ${inputs.name} (id ${found.id})`;
  const reason =
    foreign(found, { project, stack }) ??
    tooOld(found, begunMs(checkpoint)) ??
    inUse(found, users, noun);
  if (reason !== undefined) return { refusal: `${title} ${reason}` };
  return { orphan: { title, remove: () => remove(cloud, kind, found) } };
}

function foreign({ labels }: Listed, own: Record<string, string>): string | undefined {
  const lacking = Object.entries(own).filter(([key, value]) => labels[key] !== value);
  if (lacking.length === 0) return undefined;
  const words = lacking.map(([key, value]) => `${key}=${value}`).join(" and ");
  return `lacks the label ${words}, so it is not this stack's; rename or delete it by hand`;
}

function tooOld({ created }: Listed, sinceMs: number | undefined): string | undefined {
  const ms = Date.parse(created ?? "");
  if (sinceMs === undefined || Number.isNaN(ms) || ms >= sinceMs - clockSkewMs) return undefined;
  return (
    `was created at ${created}, before this state of the stack began, so another state may record it; ` +
    "use that state, or delete the resource by hand"
  );
}

function inUse(found: Listed, users: string | undefined, noun: string): string | undefined {
  const value = users === undefined ? null : found[users];
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value) && value.length === 0) return undefined;
  return `is in use (${users}: ${JSON.stringify(value).slice(0, 80)}); look at it, and delete the ${noun} by hand`;
}

/** Deletes a resource once its creation has ended, protected or not. @throws Error if the cloud refuses. */
async function remove(cloud: CloudProject, kind: Kind, { id, protection }: Listed): Promise<void> {
  const path = `/${kind.collection}/${id}`;
  if (kind.collection === "servers") {
    await unlocked(cloud, path);
    return deleteServer(cloud, id);
  }
  if (kind.isProtectable && protection?.delete) {
    await cloudAct(cloud, "POST", `${path}/actions/change_protection`, { delete: false });
  }
  const response = await cloudAnswer(cloud, "DELETE", path);
  if (response.ok || response.status === 404) return;
  throw new Error(`DELETE ${path} answered ${response.status}: ${await response.text()}`);
}

/** Waits until no action holds a server: the cloud goes on with a creation whose caller ended. */
async function unlocked(cloud: CloudProject, path: string): Promise<void> {
  await waitUntil(
    `the end of the creation of ${path.slice(1)}`,
    async () => {
      const answer = (await cloudCall(cloud, "GET", path)) as
        { server: { locked?: boolean } } | undefined;
      return answer?.server.locked ? undefined : true;
    },
    { timeoutSeconds: lockSeconds, intervalMs: 1_000 },
  );
}
