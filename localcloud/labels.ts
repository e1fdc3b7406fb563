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
    if (!isValue(value)) {
      throw invalidInput({ name: "labels", message: `label value '${value}' is invalid` });
    }
  }
}

type Term = (labels: Record<string, string>) => boolean;

function isValue(value: string): boolean {
  return value === "" || name.test(value);
}

function term(text: string): Term | undefined {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set) {
    const [, key = "", operator, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    if (!isKey(key) || !values.every(isValue)) return undefined;
    return (labels) =>
      (Object.hasOwn(labels, key) && values.includes(labels[key]!)) === (operator === "in");
  }
  const pair = /^([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)$/.exec(text);
  if (pair) {
    const [, key = "", operator, value = ""] = pair;
    if (!isKey(key) || !isValue(value)) return undefined;
    return (labels) => (labels[key] === value) === (operator !== "!=");
  }
  const bare = /^(!?)\s*(\S+)$/.exec(text);
  if (!bare || !isKey(bare[2]!)) return undefined;
  return (labels) => Object.hasOwn(labels, bare[2]!) === (bare[1] === "");
}

/** Commas between terms: those with no closing bracket after them that was opened before them. */
const termEnd = /,(?![^(]*\))/;

/**
 * A test of labels. Grammar: `k==v`, `k=v`, `k!=v`, `k`, `!k`, `k in (a,b)`, `k notin (a,b)`, joined
 * by commas. Source: https://docs.hetzner.cloud/reference/cloud#label-selector
 *
 * @throws ApiError `invalid_input` if the selector is none.
 */
export function labelSelector(selector: string): Term {
  const terms = selector.split(termEnd).map((part) => term(part.trim()));
  if (terms.some((test) => test === undefined)) {
    throw invalidInput({ name: "label_selector", message: `invalid selector '${selector}'` });
  }
  return (labels) => terms.every((test) => test!(labels));
}
