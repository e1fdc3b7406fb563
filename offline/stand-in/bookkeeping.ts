import type { Property, Table } from "./table";
import { isMap, type Values } from "../../plugin/values";

/** Key under which recorded inputs list what the plugin filled in. */
export const defaultsKey = "__defaults";

/** Schema version and timeouts of a recorded resource: pulumi-terraform-bridge `pkg/reservedkeys`. */
const metaKey = "__meta";

/**
 * How to make the Terraform state from the outputs beside it, of the same package. The delta fits those
 * outputs only: with others the official plugin panics; the plugin also works without a delta.
 */
const deltaKey = "__pulumi_raw_state_delta";

/** The value without lists of what was filled in, at any depth. */
export function withoutMarks<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutMarks) as T;
  if (!isMap(value)) return value;
  const entries = Object.entries(value)
    .filter(([key]) => key !== defaultsKey)
    .map(([key, member]) => [key, withoutMarks(member)]);
  return Object.fromEntries(entries) as T;
}

/**
 * Inputs with lists of what was filled in where the official plugin has them. The SDK half has one
 * in every object of its schema (pulumi-terraform-bridge `applyDefaults` in `pkg/tfbridge/schema.go`),
 * the framework half none (`deleteDefaultsKey` in `pkg/pf/tfbridge/provider_read.go`).
 */
export function withMarks(
  { half, properties }: Table,
  inputs: Values,
  filledIn: readonly string[],
): Values {
  const plain = withoutMarks(inputs);
  if (half === "framework") return plain;
  return { ...withMarkedMembers(properties, plain), [defaultsKey]: [...filledIn] };
}

function withMarkedMembers(members: Readonly<Record<string, Property>>, values: Values): Values {
  const entries = Object.entries(values).map(([key, value]) => {
    const inner = members[key]?.members;
    return [key, inner ? markedObjects(inner, value) : value];
  });
  return { ...Object.fromEntries(entries), [defaultsKey]: [] };
}

function markedObjects(members: Readonly<Record<string, Property>>, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => markedObjects(members, entry));
  return isMap(value) ? withMarkedMembers(members, value) : value;
}

/**
 * Outputs as they are recorded: with the id among them, from which the official plugins parse what
 * they read, update and delete, with the schema version (the one recorded before, else the table's),
 * and without a delta that belongs to other outputs.
 */
export function recorded(
  { schemaVersion }: Table,
  id: unknown,
  outs: Values,
  before: Values = {},
): Values {
  const own = schemaVersion && JSON.stringify({ schema_version: String(schemaVersion) });
  const meta = before[metaKey] ?? own;
  const values: Values = { ...(meta === undefined ? {} : { [metaKey]: meta }), ...outs, id };
  delete values[deltaKey];
  return values;
}

/**
 * State of what nothing but its state knows, such as a password.
 *
 * @throws Error for an import, which starts without a state.
 */
export function ownState(state: Values): Values {
  if (Object.keys(state).length > 0) return state;
  throw new Error("the stand-in plugins cannot import this: its value is in a state alone");
}
