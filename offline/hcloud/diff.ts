import { isDeepStrictEqual } from "node:util";
import type { Property, ResourceTable } from "./table";

type Values = Record<string, unknown>;

/** What a change of inputs means. */
export interface Difference {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0) {
    return true;
  }
  return typeof value === "object" && Object.keys(value as object).length === 0;
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, item]) => !isEmpty(item))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, withoutEmpty(item)]);
  return Object.fromEntries(entries);
}

function normal(property: Property, value: unknown): unknown {
  const filled = value ?? property.default;
  if (isEmpty(filled)) return undefined;
  const plain = withoutEmpty(filled);
  if (!property.set || !Array.isArray(plain)) return plain;
  return plain.map((item) => JSON.stringify(item)).sort();
}

function stored({ stored: form }: Property, value: unknown): unknown {
  return form && typeof value === "string" ? form(value) : value;
}

/** Compares recorded inputs with new ones, property by property. */
export function difference(table: ResourceTable, olds: Values, news: Values): Difference {
  const changed = Object.entries(table.properties).filter(([key, property]) => {
    if (news[key] === undefined && property.keptWhenAbsent) return false;
    return !isDeepStrictEqual(
      normal(property, olds[key]),
      normal(property, stored(property, news[key])),
    );
  });
  const replaces = changed.filter(([, property]) => property.replaces).map(([key]) => key);
  const explicitName = table.named === true && news.__autonamed !== true;
  return {
    changes: changed.length > 0,
    replaces,
    deleteBeforeReplace: table.half === "sdk" && explicitName && replaces.length > 0,
  };
}

/** Inputs of a check: what is missing, what is not known, and the name if it has to be made. */
export function checked(type: string, table: ResourceTable, news: Values) {
  const failures = Object.entries(table.properties)
    .filter(([key, { kind }]) => kind === "req" && news[key] === undefined)
    .map(([key]) => ({ property: key, reason: `Missing required property '${key}'` }));
  for (const key of Object.keys(news)) {
    if (key in table.properties || key.startsWith("__")) continue;
    failures.push({ property: key, reason: `${type} has no property '${key}'` });
  }
  return failures;
}
