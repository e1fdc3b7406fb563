import { isDeepStrictEqual } from "node:util";
import type { PropertyChange } from "../../plugin/plugin";
import type { Property, Table } from "./table";
import { holdsUnknown, unknown, type Values } from "../../plugin/values";

/** True for what the SDK half takes for absent. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (value === false || value === 0) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** A value in the form in which it is compared; `undefined` = as good as absent. */
export function comparable(property: Property, value: unknown, half: Table["half"]): unknown {
  if (value === unknown) return unknown;
  const given = value ?? property.default;
  if (given === undefined || (half === "sdk" && isEmpty(given))) return undefined;
  const form = property.comparable ? property.comparable(given) : given;
  if (property.type === "object") return comparableMembers(property, form as Values, half);
  if (!Array.isArray(form)) return form;
  const entries = property.members
    ? form.map((entry) => comparableMembers(property, entry as Values, half))
    : form;
  return property.type === "set" ? inOrder(entries) : entries;
}

function comparableMembers({ members = {} }: Property, value: Values, half: Table["half"]): Values {
  const entries = Object.entries(members)
    .map(([key, member]) => [key, comparable(member, value[key], half)] as const)
    .filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, member) => (member === unknown ? "(unknown)" : member));
}

function inOrder(entries: unknown[]): unknown[] {
  return entries
    .map((entry) => ({ entry, text: textOf(entry) ?? "" }))
    .sort((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)))
    .map(({ entry }) => entry);
}

/** True if the input says something else than the state. */
export function differs(
  property: Property,
  state: unknown,
  input: unknown,
  half: Table["half"],
): boolean {
  if (holdsUnknown(input)) return true;
  if (input === undefined && property.given === "computed") return false;
  const [before, after] = [comparable(property, state, half), comparable(property, input, half)];
  return !isDeepStrictEqual(before, after);
}

/**
 * The state with the wanted value wherever the plan takes the recorded one for equal: an update
 * that compares the two finds what the plan shows, and nothing else.
 */
export function asPlanned({ properties, half }: Table, state: Values, wanted: Values): Values {
  const same = Object.entries(properties)
    .filter(([key, { given }]) => wanted[key] !== undefined || given !== "computed")
    .filter(([key, property]) => !differs(property, state[key], wanted[key], half))
    .map(([key]) => [key, wanted[key]] as const);
  return { ...state, ...Object.fromEntries(same) };
}

/** Every value that the inputs would change, compared with the recorded state. */
export function propertyChanges(
  { properties, half }: Table,
  state: Values,
  inputs: Values,
): PropertyChange[] {
  return Object.entries(properties)
    .filter(([key, property]) => differs(property, state[key], inputs[key], half))
    .flatMap(([key, property]) =>
      details(key, property, state[key], inputs[key] ?? property.default),
    );
}

function details(
  path: string,
  property: Property,
  before: unknown,
  after: unknown,
): PropertyChange[] {
  const replaces = property.replaces === true;
  const isThere = (value: unknown) =>
    typeof value === "object" ? !isEmpty(value) : value !== undefined;
  if (!isThere(before)) return [{ path, kind: "add", replaces }];
  if (!isThere(after)) return [{ path, kind: "delete", replaces }];
  const parts = innerChanges(path, property, before, after);
  return parts.length > 0 ? parts : [{ path, kind: "update", replaces }];
}

function innerChanges(
  path: string,
  property: Property,
  before: unknown,
  after: unknown,
): PropertyChange[] {
  if (holdsUnknown(after)) return [];
  if (property.type === "map") {
    return memberChanges(path, property, before as Values, after as Values);
  }
  if (!Array.isArray(before) || !Array.isArray(after)) return [];
  return entryChanges(path, property, before, after);
}

/** The engine's way to write a member of a map. */
function memberPath(path: string, key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function memberChanges(
  path: string,
  property: Property,
  before: Values,
  after: Values,
): PropertyChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .map((key) => {
      const kind = !(key in before) ? "add" : !(key in after) ? "delete" : "update";
      return { path: memberPath(path, key), kind, replaces: property.replaces === true };
    });
}

function entryChanges(
  path: string,
  property: Property,
  before: unknown[],
  after: unknown[],
): PropertyChange[] {
  const text = (entry: unknown) =>
    textOf(comparable({ ...property, type: "list", default: undefined }, [entry], "sdk"));
  const isSet = property.type === "set";
  const has = (entries: unknown[], entry: unknown, index: number) =>
    isSet
      ? entries.some((other) => text(other) === text(entry))
      : index < entries.length && text(entries[index]) === text(entry);
  const replaces = property.replaces === true;
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => {
    const gone = index < before.length && !has(after, before[index], index);
    const added = index < after.length && !has(before, after[index], index);
    if (!gone && !added) return undefined;
    const kind = gone && added ? "update" : gone ? "delete" : "add";
    return { path: `${path}[${index}]`, kind, replaces } as const;
  }).filter((change) => change !== undefined);
}
