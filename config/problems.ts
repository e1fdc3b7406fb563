import type { z } from "zod";
import {
  closestName,
  printable,
  printableName,
  redacted,
  settingName,
  secretRemedy,
} from "./messages";
import {
  anyName,
  documentedSettings,
  isNamedMap,
  members,
  notesOf,
  secretSettings,
  type SettingNotes,
} from "./setting";

type Path = readonly PropertyKey[];

/** Returns true for a value that no message may contain, given its path. */
export type HiddenValues = (path: Path, found: unknown) => boolean;

/** A setting on a path of the stack file. */
interface Reached {
  path: Path;
  notes: SettingNotes;
  schema: z.ZodType;
}

/** Sentence about a value that breaks its setting's rule: key, rule, value, fix. `member` is the part with the problem. */
function brokenRule(setting: Reached, found: string, member: Member = {}): string {
  const { path, notes } = setting;
  return `${settingName(path)} must ${notes.must}, got ${found}; ${fix(setting, member)}`;
}

/** Part of a setting's value. */
interface Member {
  member?: PropertyKey | undefined;
  value?: unknown;
}

function fix({ path, notes, schema }: Reached, { member, value }: Member): string {
  if (notes.secret) {
    return secretRemedy(path, { isNamedMap: isNamedMap(schema), member, value });
  }
  if (member !== undefined && isNamedMap(schema) && isUnquoted(notes, value)) {
    return `put the value of ${printableName(member)} in quotes`;
  }
  return `set for example ${JSON.stringify(notes.example)}`;
}

/** True for a number or a switch in a map of texts, such as `1.10`, whose zero YAML drops. */
function isUnquoted({ example }: SettingNotes, value: unknown): boolean {
  const isOfTexts = Object.values(Object(example)).every((one) => typeof one === "string");
  return ["number", "boolean"].includes(typeof value) && isOfTexts;
}

/**
 * Converts zod's issues in `raw` to sentences, one for each setting or unknown name.
 *
 * @param hides true for values that no sentence may contain, besides those of secret settings.
 */
export function problemsOf(
  error: z.ZodError,
  schema: z.ZodType,
  raw: unknown,
  hides: HiddenValues = () => false,
): string[] {
  const sentences = error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownSetting(schema, [...issue.path, key]))
      : [
          issue.code === "invalid_key"
            ? wrongKey(schema, issue.path, raw, hides)
            : wrongValue(schema, issue.path, raw, hides),
        ],
  );
  return [...new Set(sentences)];
}

function unknownSetting(schema: z.ZodType, path: Path): string {
  const { schema: parent, notes, depth } = descend(schema, path.slice(0, -1));
  const name = String(path.at(-1));
  // The name is inside a setting's own value, such as below a path of `web.paths`.
  if (notes) {
    const setting = { path: path.slice(0, depth), notes, schema: parent };
    return brokenRule(setting, printable(name) + place(path.slice(depth, -1)));
  }
  const group = path.slice(0, -1);
  const siblings = Object.keys(members(parent));
  const closest = closestName(name, siblings);
  if (closest !== undefined) {
    return `${settingName(path)} is not a setting; did you mean ${settingName([...group, closest])}?`;
  }
  const owner = group.length === 0 ? "a stack" : settingName(group);
  return `${settingName(path)} is not a setting; ${owner} takes ${siblings.join(", ")}`;
}

/** Sentence about an invalid name in a map; in a map of settings the sentence shows the name, not the value. */
function wrongKey(schema: z.ZodType, path: Path, raw: unknown, hides: HiddenValues): string {
  const map = path.slice(0, -1);
  const { schema: found, notes } = descend(schema, map);
  if (!notes || !settingsByName(found)) return wrongValue(schema, path, raw, hides, true);
  return brokenRule({ path: map, notes, schema: found }, `the name ${printable(path.at(-1))}`);
}

function wrongValue(
  schema: z.ZodType,
  path: Path,
  raw: unknown,
  hides: HiddenValues,
  isWrongName = false,
): string {
  const { schema: reached, notes, depth } = descend(schema, path);
  const found = valueAt(raw, path);
  const isHidden =
    notes?.secret || notes?.unshown || hides(path, found) || (!notes && hasSecret(reached));
  const text = isHidden ? redacted(found) : printable(found);
  if (!notes) {
    const names = Object.keys(members(reached)).join(", ");
    return `${settingName(path)} must be a map of settings, got ${text}; it takes ${names}`;
  }
  const [member] = path.slice(depth);
  return brokenRule(
    { path: path.slice(0, depth), notes, schema: reached },
    text + place(path.slice(depth)),
    isWrongName ? {} : { member, value: found },
  );
}

/** True for a group with a secret setting: a value in the group's place may be that secret. */
function hasSecret(group: z.ZodType): boolean {
  return secretSettings(group).length > 0;
}

/**
 * Problems of maps in `raw` with the name `__proto__`. The schema ignores this name, and the program would
 * continue without its value.
 */
export function mergedNames(schema: z.ZodType, raw: unknown): string[] {
  return documentedSettings(schema)
    .filter(({ schema: map }) => isNamedMap(map))
    .filter(({ path }) => Object.hasOwn(Object(valueAt(raw, path)), "__proto__"))
    .map((setting) => brokenRule(setting, `the name ${printable("__proto__")}`));
}

/** The schema of a map's values, if they have settings of their own, as workers do. */
function settingsByName(map: z.ZodType): z.ZodType | undefined {
  const each = members(map)[anyName];
  return each && Object.values(members(each)).some(notesOf) ? each : undefined;
}

/** Follows `path` from `schema` up to a setting; `depth` is the number of steps. */
function descend(schema: z.ZodType, path: Path) {
  let here = schema;
  let depth = 0;
  while (depth < path.length) {
    const known = members(here);
    const name = String(path[depth]);
    const next = Object.hasOwn(known, name) ? known[name] : settingsByName(here);
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
  return typeof key === "number" ? ` as item ${key + 1}` : ` for ${printableName(key)}`;
}

/** All problems of a stack file as one text: a heading, and a line for each. */
export function reportOf(problems: readonly string[], file: string): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`${count} in ${file}:`, ...problems.map((line) => `  - ${line}`)].join("\n");
}
