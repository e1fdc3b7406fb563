import type { Failure } from "../../plugin/plugin";
import type { Property, Table } from "./table";
import { unknown, type Values } from "../../plugin/values";

/** Whether a value has the shape of its property; numbers and booleans may be written as texts. */
function hasShape(type: Property["type"], value: unknown): boolean {
  switch (type) {
    case "string":
      return ["string", "number", "boolean"].includes(typeof value);
    case "int":
      return Number.isInteger(typeof value === "string" && value !== "" ? Number(value) : value);
    case "bool":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "list":
    case "set":
      return Array.isArray(value);
    case "map":
    case "object":
      return typeof value === "object" && !Array.isArray(value);
  }
}

function failuresOf(property: Property, value: unknown, path: string): Failure[] {
  if (value === unknown) return [];
  const fail = (reason: string): Failure[] => [{ property: path, reason }];
  if (!hasShape(property.type, value)) {
    return fail(
      `expected ${property.type}, got ${JSON.stringify(value)}. Examine values at '${path}'.`,
    );
  }
  if (property.oneOf && !property.oneOf.includes(value as string)) {
    const list = property.oneOf.map((one) => JSON.stringify(one)).join(" ");
    return fail(
      `expected ${path} to be one of [${list}], got ${String(value)}. Examine values at '${path}'.`,
    );
  }
  const reason = property.refuse?.(value, path);
  if (reason) return fail(`${reason}. Examine values at '${path}'.`);
  if (!property.members) return [];
  if (property.type === "object") return memberFailures(property.members, value as Values, path);
  return (value as unknown[]).flatMap((entry, i) =>
    entry === unknown ? [] : memberFailures(property.members!, entry as Values, `${path}[${i}]`),
  );
}

function memberFailures(
  members: Readonly<Record<string, Property>>,
  values: Values,
  place?: string,
): Failure[] {
  const pathOf = (key: string) => (place === undefined ? key : `${place}.${key}`);
  const strangers = Object.keys(values)
    .filter((key) => !(key in members) && !key.startsWith("__"))
    .map((key) => ({
      property: pathOf(key),
      reason: `Invalid or unknown key. Examine values at '${pathOf(key)}'.`,
    }));
  const known = Object.entries(members).flatMap(([key, member]) => {
    const path = pathOf(key);
    if (values[key] !== undefined) return failuresOf(member, values[key], path);
    if (member.given !== "required") return [];
    const reason = `Missing required argument. The argument "${key}" is required, but no definition was found. Examine values at '${path}'.`;
    return [{ property: path, reason }];
  });
  return [...strangers, ...known];
}

/** Everything about `inputs` that the table refuses. */
export function tableFailures(table: Table, inputs: Values): Failure[] {
  return memberFailures(table.properties, inputs);
}

/** A value with numbers and booleans that were written as texts turned into what they mean. */
export function coerced(property: Property, value: unknown): unknown {
  if (value === unknown || value === undefined) return value;
  if (property.type === "string" && typeof value !== "string") return String(value);
  if (property.type === "int" && typeof value === "string" && value.trim() !== "") {
    return Number.isInteger(Number(value)) ? Number(value) : value;
  }
  if (property.type === "bool" && (value === "true" || value === "false")) return value === "true";
  if (!property.members) return value;
  if (Array.isArray(value)) {
    return value.map((entry) => (entry === unknown ? entry : coercedAll(property.members!, entry)));
  }
  return hasShape("object", value) ? coercedAll(property.members, value as Values) : value;
}

/** {@link coerced} for every known member. */
export function coercedAll(members: Readonly<Record<string, Property>>, values: Values): Values {
  const entries = Object.entries(values).map(([key, value]) => [
    key,
    key in members ? coerced(members[key]!, value) : value,
  ]);
  return Object.fromEntries(entries);
}
