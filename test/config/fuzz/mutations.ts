import type { Random } from "./random";
import { nearText } from "./near-text";
import { strangeNames, strangeValue } from "./strange-values";

/** A stack file: values by full key. What the engine hands on as a text is a text here. */
export type StackFile = Record<string, unknown>;

type Branch = Record<string, unknown>;
type Step = string | number;

/** Changes one thing of a file in place. */
export function mutate(file: StackFile, random: Random): void {
  const paths = pathsOf(file);
  if (paths.length === 0) return;
  const path = random.one(paths);
  const kind = random.int(12);
  if (kind <= 3) set(file, path, strangeValue(random));
  else if (kind <= 6) set(file, path, nearValue(at(file, path), random));
  else if (kind === 7) remove(file, path);
  else if (kind === 8) set(file, path, [at(file, path)]);
  else if (kind === 9) set(file, path, { [random.one(strangeNames)]: at(file, path) });
  else if (kind === 10) add(file, path, random);
  else copy(file, path, random.one(paths));
}

/** Paths of all that a file holds, settings and what is in them. */
export function pathsOf(value: unknown, path: Step[] = []): Step[][] {
  const here = path.length > 0 ? [path] : [];
  if (typeof value !== "object" || value === null || path.length > 6) return here;
  const steps: Step[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [
    ...here,
    ...steps.slice(0, 20).flatMap((step) => pathsOf((value as Branch)[step], [...path, step])),
  ];
}

/** The value at a path. */
export function at(file: unknown, path: readonly Step[]): unknown {
  return path.reduce<unknown>((value, step) => (value as Branch)[step], file);
}

/** Puts a value at a path; a name such as `__proto__` is a name like any other. */
export function set(file: StackFile, path: readonly Step[], value: unknown): void {
  define(at(file, path.slice(0, -1)), path.at(-1)!, value);
}

function define(parent: unknown, step: Step, value: unknown): void {
  const property = { value, enumerable: true, configurable: true, writable: true };
  Object.defineProperty(parent as object, step, property);
}

function remove(file: StackFile, path: readonly Step[]): void {
  const parent = at(file, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(Number(path.at(-1)), 1);
  else delete (parent as Branch)[path.at(-1)!];
}

/** A name that nobody expects beside the value, or below it. */
function add(file: StackFile, path: readonly Step[], random: Random): void {
  const here = at(file, path);
  const parent = typeof here === "object" && here !== null ? here : at(file, path.slice(0, -1));
  if (Array.isArray(parent)) parent.push(strangeValue(random));
  else if (parent === file) define(parent, `webstack:${random.one(strangeNames)}`, "1");
  else define(parent, random.one(strangeNames), strangeValue(random));
}

function copy(file: StackFile, from: readonly Step[], to: readonly Step[]): void {
  const text = JSON.stringify(at(file, from));
  // What is secret may be shown where nobody can know that it is.
  if (!text.includes("CLASSIFIED")) set(file, to, JSON.parse(text));
}

function nearValue(value: unknown, random: Random): unknown {
  if (typeof value === "number") {
    return random.one([
      ...[-value, value + 0.5, value + 1, value * 1000, String(value)],
      ...[0, -1, 90, 91, 2 ** 31, 2 ** 53 + 2, 1e300],
    ]);
  }
  if (typeof value === "boolean") return random.one([!value, String(value), "yes", 0, 1]);
  if (typeof value === "string") return nearText(value, random);
  if (Array.isArray(value))
    return random.one([[], [...value, ...value], [value], value[0] ?? null]);
  return random.one([{}, [], JSON.stringify(value)]);
}
