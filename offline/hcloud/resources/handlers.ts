import { isDeepStrictEqual } from "node:util";
import type { Action, CloudClient } from "../client";

/** Inputs or outputs of a resource. */
export type Values = Record<string, unknown>;

/** The operations of one resource type. Ids are texts. */
export interface Handlers {
  create(client: CloudClient, inputs: Values): Promise<{ id: string; outs: Values }>;
  /** Outputs as they are now; undefined: it is gone. */
  read(client: CloudClient, id: string, props: Values): Promise<Values | undefined>;
  /** Changes in place; the outputs are read afterwards, except those that it answers. */
  update(client: CloudClient, id: string, olds: Values, news: Values): Promise<Values | void>;
  delete(client: CloudClient, id: string, props: Values): Promise<void>;
}

/** True if the property differs. */
export function differs(olds: Values, news: Values, key: string): boolean {
  return !isDeepStrictEqual(olds[key] ?? undefined, news[key] ?? undefined);
}

/** `PUT` of one attribute at a time, as the SDK half does. */
export async function putEach(
  client: CloudClient,
  path: string,
  olds: Values,
  news: Values,
  wireNames: Record<string, string>,
): Promise<void> {
  for (const [key, wire] of Object.entries(wireNames)) {
    if (news[key] === undefined && key !== "labels") continue;
    if (differs(olds, news, key)) await client.call("PUT", path, { [wire]: news[key] ?? {} });
  }
}

/** Sets delete protection if it differs from what is. */
export async function protect(
  client: CloudClient,
  path: string,
  wanted: unknown,
  before: unknown = false,
): Promise<void> {
  if (Boolean(wanted) === Boolean(before)) return;
  await client.act(`${path}/actions/change_protection`, { delete: Boolean(wanted) });
}

/** Answer of a create. */
export interface Created {
  action?: Action | null;
  next_actions?: Action[];
  actions?: Action[];
}

/** Waits for all actions of a create. */
export async function created(client: CloudClient, answer: Created): Promise<void> {
  await client.wait(answer.action);
  await client.wait(...(answer.next_actions ?? []), ...(answer.actions ?? []));
}

/** Name of a location in a wire object. */
export function locationName(value: unknown): string | undefined {
  return (value as { name?: string } | null | undefined)?.name;
}
