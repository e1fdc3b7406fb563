import type { z } from "zod";
import { nearest } from "./nearest";
import { anyName, members, notesOf, type SettingNotes } from "./setting";

type Path = readonly PropertyKey[];

/** `webstack:web.count` for the path `["web", "count"]`. */
export function settingKey(path: Path): string {
  return `webstack:${path.map(String).join(".")}`;
}

/** One sentence on a value that breaks its setting's rule: key, rule, value found, fix. */
export function brokenRule(path: Path, notes: SettingNotes, found: string): string {
  return `${settingKey(path)} must ${notes.must}, got ${found}; ${fix(path, notes)}`;
}

function fix(path: Path, notes: SettingNotes): string {
  if (notes.secret) {
    return `store it with: pulumi config set --secret --path '${settingKey(path)}'`;
  }
  return `set for example ${JSON.stringify(notes.example)}`;
}

/** The problems behind what zod found in `raw`, one for each setting or unknown name. */
export function problemsOf(error: z.ZodError, schema: z.ZodType, raw: unknown): string[] {
  const sentences = error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownSetting(schema, [...issue.path, key]))
      : [
          issue.code === "invalid_key"
            ? wrongKey(schema, issue.path, raw)
            : wrongValue(schema, issue.path, raw),
        ],
  );
  return [...new Set(sentences)];
}

function unknownSetting(schema: z.ZodType, path: Path): string {
  const { schema: parent, notes, depth } = descend(schema, path.slice(0, -1));
  const name = String(path.at(-1));
  // A name inside of a setting's own value, such as below a path of `web.paths`.
  if (notes) {
    return brokenRule(path.slice(0, depth), notes, shown(name) + place(path.slice(depth, -1)));
  }
  const siblings = Object.keys(members(parent));
  const suggestion = settingKey([...path.slice(0, -1), nearest(name, siblings)!]);
  return `${settingKey(path)} is not a setting; did you mean ${suggestion}?`;
}

/** A name that a map does not take; in a map of settings the name itself is what is wrong. */
function wrongKey(schema: z.ZodType, path: Path, raw: unknown): string {
  const map = path.slice(0, -1);
  const { schema: found, notes } = descend(schema, map);
  if (!notes || !settingsByName(found)) return wrongValue(schema, path, raw);
  return brokenRule(map, notes, `the name ${shown(path.at(-1))}`);
}

function wrongValue(schema: z.ZodType, path: Path, raw: unknown): string {
  const { notes, depth } = descend(schema, path);
  const found = valueAt(raw, path);
  if (!notes) {
    const names = Object.keys(members(descend(schema, path).schema)).join(", ");
    return `${settingKey(path)} must be a map of settings, got ${shown(found)}; it takes ${names}`;
  }
  const text = notes.secret ? veiled(found) : shown(found);
  return brokenRule(path.slice(0, depth), notes, text + place(path.slice(depth)));
}

/** What each name of a map stands for, if that has settings of its own, as a worker has. */
function settingsByName(map: z.ZodType): z.ZodType | undefined {
  const each = members(map)[anyName];
  return each && Object.values(members(each)).some(notesOf) ? each : undefined;
}

/** Follows `path` from `schema` as far as a setting; `depth` is the number of steps it took. */
function descend(schema: z.ZodType, path: Path) {
  let here = schema;
  let depth = 0;
  while (depth < path.length) {
    const known = members(here);
    const next = known[String(path[depth])] ?? settingsByName(here);
    if (!next) break;
    here = next;
    depth += 1;
  }
  return { schema: here, notes: notesOf(here), depth };
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], raw);
}

function place(inside: Path): string {
  const [key] = inside;
  if (key === undefined) return "";
  return typeof key === "number" ? ` as item ${key + 1}` : ` for ${String(key)}`;
}

/** The value as it would be written in JSON, shortened past 80 characters. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** What may be said about a secret value: its kind and length. */
export function veiled(value: unknown): string {
  if (typeof value === "string") return `a text of ${value.length} characters`;
  return value === undefined || value === null ? "nothing" : "a value that is hidden here";
}
