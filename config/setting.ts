import { z } from "zod";

/** What is said about a setting, in error messages and in `docs/configuration.md`. */
export interface SettingNotes {
  /** What it decides, one sentence without a full stop. */
  about: string;
  /** What a value has to be; completes the sentence "<key> must …". */
  must: string;
  /** A valid value. */
  example: unknown;
  /** What happens when it is absent, if that is not a plain value. */
  absent?: string;
  /** True if the value has to be stored encrypted and is never shown. */
  secret?: true;
  /** True if it is never shown, though it may be stored in clear: it has a secret neighbour of the same looks. */
  unshown?: true;
}

/** Attaches its notes to a setting's schema. */
export function setting<T extends z.ZodType>(schema: T, notes: SettingNotes): T {
  return schema.meta({ ...notes });
}

/** Stands in a path for the name of a thing that the stack file names itself, such as a worker. */
export const anyName = "<name>";

/** A setting with its path, such as `["web", "count"]`. */
export interface DocumentedSetting {
  /** Keys from the namespace down. */
  path: string[];
  /** What is said about it. */
  notes: SettingNotes;
  /** What its values are checked with. */
  schema: z.ZodType;
  /** Value that stands in when it is absent; undefined if there is none. */
  fallback: unknown;
}

/** The schema below optional and default wrappers. */
export function innerSchema(schema: z.ZodType): z.ZodType {
  if (notesOf(schema)) return schema;
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return innerSchema(schema.unwrap() as z.ZodType);
  }
  return schema;
}

/** The notes attached to `schema`, if it is a setting itself. */
export function notesOf(schema: z.ZodType): SettingNotes | undefined {
  const inner =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
      ? (schema.unwrap() as z.ZodType)
      : schema;
  const meta = inner.meta();
  return meta && "must" in meta ? (meta as unknown as SettingNotes) : undefined;
}

const found = new WeakMap<z.ZodType, DocumentedSetting[]>();

/** Every setting below `schema`, in the order in which the schema names them. */
export function documentedSettings(schema: z.ZodType): readonly DocumentedSetting[] {
  const known = found.get(schema) ?? settingsBelow(schema, []);
  found.set(schema, known);
  return known;
}

/** Every secret setting below `schema`. */
export function secretSettings(schema: z.ZodType): readonly DocumentedSetting[] {
  return documentedSettings(schema).filter(({ notes }) => notes.secret);
}

function settingsBelow(schema: z.ZodType, path: string[]): DocumentedSetting[] {
  const notes = notesOf(schema);
  const fallback = schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
  return [
    ...(notes ? [{ path, notes, schema, fallback }] : []),
    ...Object.entries(members(schema)).flatMap(([key, member]) =>
      settingsBelow(member, [...path, key]),
    ),
  ];
}

/**
 * The members of an object schema by name; of a map from names to objects the one that stands for
 * all, as {@link anyName}; none for any other schema.
 */
export function members(schema: z.ZodType): Record<string, z.ZodType> {
  const inner = bare(schema);
  if (inner instanceof z.ZodObject) return inner.shape as Record<string, z.ZodType>;
  const value = inner instanceof z.ZodRecord ? (inner.def.valueType as z.ZodType) : undefined;
  return value instanceof z.ZodObject ? { [anyName]: value } : {};
}

/** True for a schema of maps whose names the stack file chooses. */
export function isNamedMap(schema: z.ZodType): boolean {
  return bare(schema) instanceof z.ZodRecord;
}

/** The schema below all wrappers, also that of a setting. */
function bare(schema: z.ZodType): z.ZodType {
  const inner = innerSchema(schema);
  return inner instanceof z.ZodOptional || inner instanceof z.ZodDefault
    ? bare(inner.unwrap() as z.ZodType)
    : inner;
}
