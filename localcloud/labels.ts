import { invalidInput } from "./errors";

const name = /^[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$/;
const prefix = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

function isKey(key: string): boolean {
  const [first = "", second, ...rest] = key.split("/");
  if (rest.length > 0) return false;
  if (second === undefined) return name.test(first);
  return prefix.test(first) && first !== "hetzner.cloud" && name.test(second);
}

/** @throws ApiError `invalid_input` if a key or value breaks the grammar of labels. */
export function checkLabels(labels: Record<string, string>): void {
  for (const [key, value] of Object.entries(labels)) {
    if (!isKey(key))
      throw invalidInput({ name: "labels", message: `label key '${key}' is invalid` });
    if (value !== "" && !name.test(value)) {
      throw invalidInput({ name: "labels", message: `label value '${value}' is invalid` });
    }
  }
}

type Term = (labels: Record<string, string>) => boolean;

function term(text: string): Term | undefined {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set) {
    const [, key = "", operator, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    if (!isKey(key)) return undefined;
    return (labels) => (key in labels && values.includes(labels[key]!)) === (operator === "in");
  }
  const pair = /^([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)$/.exec(text);
  if (pair) {
    const [, key = "", operator, value] = pair;
    if (!isKey(key)) return undefined;
    return (labels) => (labels[key] === value) === (operator !== "!=");
  }
  const bare = /^(!?)\s*(\S+)$/.exec(text);
  if (bare && isKey(bare[2]!)) return (labels) => bare[2]! in labels === (bare[1] === "");
  return undefined;
}

/**
 * A test of labels. Grammar: `k==v`, `k=v`, `k!=v`, `k`, `!k`, `k in (a,b)`, `k notin (a,b)`, joined
 * by commas. Source: https://docs.hetzner.cloud/reference/cloud#label-selector
 *
 * @throws ApiError `invalid_input` if the selector is none.
 */
export function labelSelector(selector: string): Term {
  const parts = selector.match(/[^,(]+(\([^)]*\))?/g) ?? [];
  const terms = parts.map((part) => term(part.trim()));
  if (terms.length === 0 || terms.some((test) => test === undefined)) {
    throw invalidInput({ name: "label_selector", message: `invalid selector '${selector}'` });
  }
  return (labels) => terms.every((test) => test!(labels));
}
