import { z } from "zod";

/** Description of a setting for error messages and `docs/configuration.md`. */
export interface SettingNotes {
  /** Effect of the setting, one sentence without a full stop. */
  about: string;
  /** Rule for a value; completes the sentence "<key> must …". */
  must: string;
  /** A valid value. */
  example: unknown;
  /** Effect of an absent setting, unless it has a plain default value. */
  absent?: string;
  /** True if the value must be stored encrypted and is never shown. */
  secret?: true;
  /** True if the value may be stored in clear but is never shown: it looks like a secret value beside it. */
  unshown?: true;
}

/** Attaches notes to a setting's schema. */
export function setting<T extends z.ZodType>(schema: T, notes: SettingNotes): T {
  return schema.meta({ ...notes });
}

/** Stands in a path for a name that the stack file chooses, such as a worker's. */
export const anyName = "<name>";

/** A setting with its path, such as `["web", "count"]`. */
export interface DocumentedSetting {
  /** Keys from the namespace down. */
  path: string[];
  /** Description of the setting. */
  notes: SettingNotes;
  /** Schema of the setting's values. */
  schema: z.ZodType;
  /** Default value; undefined if there is none. */
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

/** Every setting below `schema`, in the schema's order. */
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
 * The members of an object schema by name; for a map from names to objects, the schema of all values
 * under {@link anyName}; none for any other schema.
 */
export function members(schema: z.ZodType): Record<string, z.ZodType> {
  const inner = bare(schema);
  if (inner instanceof z.ZodObject) return inner.shape as Record<string, z.ZodType>;
  const value = inner instanceof z.ZodRecord ? (inner.def.valueType as z.ZodType) : undefined;
  return value instanceof z.ZodObject ? { [anyName]: value } : {};
}

/** True for a schema of maps with names that the stack file chooses. */
export function isNamedMap(schema: z.ZodType): boolean {
  return bare(schema) instanceof z.ZodRecord;
}

/** The schema below all wrappers, also below a setting's own. */
function bare(schema: z.ZodType): z.ZodType {
  const inner = innerSchema(schema);
  return inner instanceof z.ZodOptional || inner instanceof z.ZodDefault
    ? bare(inner.unwrap() as z.ZodType)
    : inner;
}
