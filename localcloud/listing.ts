import { invalidInput } from "./errors";
import { labelSelector } from "./labels";
import type { Call } from "./request";

/** Entries of a page unless the client says otherwise, and at the most. Source: API reference, pagination. */
const defaultPerPage = 25;
const maxPerPage = 50;

interface Listed {
  id: number;
  name?: string;
  labels?: Record<string, string>;
  created?: string;
  status?: string;
}

/** Further filters: query parameter to the value that an entry has for it. */
export type Filters<T> = Record<string, (item: T) => string | number | null | undefined>;

function positive(call: Call, name: string, fallback: number): number {
  const text = call.req.query(name);
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw invalidInput({ name, message: `${name} must be a number greater than 0` });
  }
  return value;
}

function sorted<T extends Listed>(call: Call, items: T[]): T[] {
  const keys = (call.req.queries("sort") ?? []).map((text) => {
    const [field = "", direction = "asc"] = text.split(":");
    const known = ["id", "name", "created", "status", "command", "progress", "started", "finished"];
    if (!known.includes(field) || !["asc", "desc"].includes(direction)) {
      throw invalidInput({ name: "sort", message: `cannot sort by '${text}'` });
    }
    return { field, sign: direction === "desc" ? -1 : 1 };
  });
  return [...items].sort((a, b) => {
    for (const { field, sign } of keys) {
      const [left, right] = [a, b].map((item) => (item as Record<string, unknown>)[field] ?? "");
      if (left !== right) return (left as string) < (right as string) ? -sign : sign;
    }
    return a.id - b.id;
  });
}

function filtered<T extends Listed>(call: Call, items: readonly T[], filters: Filters<T>): T[] {
  const selector = call.req.query("label_selector");
  const matches = selector ? labelSelector(selector) : () => true;
  const all: Filters<T> = { name: (item) => item.name, ...filters };
  const active = Object.entries(all).flatMap(([key, valueOf]) => {
    const wanted = call.req.queries(key)?.filter((value) => value !== "") ?? [];
    return wanted.length > 0 ? [(item: T) => wanted.includes(String(valueOf(item)))] : [];
  });
  return items.filter((item) => matches(item.labels ?? {}) && active.every((test) => test(item)));
}

/** Answers a list: filtered, sorted, one page of it, with `meta.pagination` and `Link`. */
export function listed<T extends Listed>(
  call: Call,
  key: string,
  items: readonly T[],
  toWire: (item: T) => object,
  filters: Filters<T> = {},
): Response {
  const found = sorted(call, filtered(call, items, filters));
  const page = positive(call, "page", 1);
  const perPage = positive(call, "per_page", defaultPerPage);
  if (perPage > maxPerPage) {
    throw invalidInput({ name: "per_page", message: `per_page must be at most ${maxPerPage}` });
  }
  const last = Math.max(1, Math.ceil(found.length / perPage));
  const pagination = {
    page,
    per_page: perPage,
    previous_page: page > 1 ? page - 1 : null,
    next_page: page < last ? page + 1 : null,
    last_page: last,
    total_entries: found.length,
  };
  const shown = found.slice((page - 1) * perPage, page * perPage).map(toWire);
  return call.json({ [key]: shown, meta: { pagination } }, 200, link(call, pagination));
}

function link(call: Call, pagination: Record<string, number | null>): Record<string, string> {
  const relations = {
    first: 1,
    prev: pagination.previous_page,
    next: pagination.next_page,
    last: pagination.last_page,
  };
  const entries = Object.entries(relations).flatMap(([relation, page]) => {
    if (page === null || page === undefined) return [];
    const url = new URL(call.req.url);
    url.searchParams.set("page", String(page));
    return [`<${url.href}>; rel="${relation}"`];
  });
  return { Link: entries.join(", ") };
}
