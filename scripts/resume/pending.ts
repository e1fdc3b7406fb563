/** An operation that the engine began, and whose end it did not record. */
interface PendingOperation {
  /** Such as `creating`, `updating` or `deleting`. */
  type: string;
  resource: { urn: string; type: string; inputs?: Record<string, unknown> };
}

/** The fields of a stack's exported state that the clean-up behind an interrupted command reads. */
export interface Checkpoint {
  resources?: { urn: string; type: string; id?: string; created?: string }[];
  pending_operations?: PendingOperation[];
}

/** A resource whose creation was under way when the engine ended. */
export interface PendingCreation {
  urn: string;
  /** Type token, such as `hcloud:index/server:Server`. */
  type: string;
  /** Name of the project within the URN, and label `project` of the cloud's resource. */
  project: string;
  /** Name of the stack without an organization, and label `stack` of the cloud's resource. */
  stack: string;
  inputs: Record<string, unknown>;
}

/** Type token of a server. */
export const serverType = "hcloud:index/server:Server";

/** True if the state names an operation without an end. */
export function isInterrupted({ pending_operations: pending = [] }: Checkpoint): boolean {
  return pending.length > 0;
}

/** The creations without an end, each resource once: an `up` that is interrupted twice leaves two operations. */
export function pendingCreations({
  pending_operations: pending = [],
}: Checkpoint): PendingCreation[] {
  const creations = pending
    .filter(({ type }) => type === "creating")
    .map(({ resource: { urn, type, inputs = {} } }) => {
      // urn:pulumi:<stack>::<project>::<types>::<name>
      const [head = "", project = ""] = urn.split("::");
      return { urn, type, project, stack: head.replace(/^urn:pulumi:/, ""), inputs };
    });
  return [...new Map(creations.map((one) => [one.urn, one])).values()];
}

/** URNs of servers whose change was under way: only the cloud knows the result, such as the server's type. */
export function serversUnderChange({ pending_operations: pending = [] }: Checkpoint): string[] {
  const found = pending.filter(
    ({ type, resource }) => type === "updating" && resource.type === serverType,
  );
  return [...new Set(found.map(({ resource }) => resource.urn))];
}

/** True if the state records the cloud's resource of that type and id. */
export function isRecorded({ resources = [] }: Checkpoint, type: string, id: string): boolean {
  return resources.some((one) => one.type === type && one.id === id);
}

const stackType = "pulumi:pulumi:Stack";

/** URN of the stack itself; undefined: nothing is recorded yet. */
export function stackUrn({ resources = [] }: Checkpoint): string | undefined {
  return resources.find(({ type }) => type === stackType)?.urn;
}

/** Time of the first `up` that this state records, milliseconds since 1970; undefined: the state does not tell. */
export function begunMs({ resources = [] }: Checkpoint): number | undefined {
  const created = resources.find(({ type }) => type === stackType)?.created;
  const ms = Date.parse(created ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}
