import { existsSync, readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { isMap as isYamlMap, isScalar, parseDocument } from "yaml";
import { members, innerSchema } from "./setting";
import { printable, settingName } from "./messages";

/** Namespace of the program's own settings in a stack file. */
export const namespace = "webstack";

/** Settings as written in the stack file: values by name, unchecked. */
export type RawSettings = Record<string, unknown>;

/** True for a map of a stack file. */
export function isMap(value: unknown): value is RawSettings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Decodes the program's settings from the engine's texts. Structured values are JSON; a text that is not
 * JSON stays a text, and the schema refuses it.
 */
export function decodeSettings(all: Record<string, string>, schema: z.ZodType): RawSettings {
  const shape = members(schema);
  const own = Object.entries(all).filter(([key]) => key.startsWith(`${namespace}:`));
  return Object.fromEntries(
    own.map(([key, text]) => {
      const name = key.slice(namespace.length + 1);
      const known = Object.hasOwn(shape, name) ? shape[name] : undefined;
      const wantsText = known && innerSchema(known) instanceof z.ZodString;
      return [name, wantsText ? text : fromJson(text)];
    }),
  );
}

/** The value of a text of JSON; any other text itself. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The value at `path` in nested maps; undefined if a part of the path is missing. */
export function valueAt(raw: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as RawSettings | undefined)?.[key], raw);
}

/**
 * True if some part of the value of `key` is stored encrypted. The engine reports no more than
 * that about structured values. The SDK's runtime exports this function, but the SDK's types lack it.
 */
export function isSecret(key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(key);
}

/**
 * One problem for each variable of `app.env` whose unquoted value means another text than it shows: the engine reads `0644`
 * as 420 and `1_000` as 1000.
 *
 * @param raw the settings, from the engine.
 * @param file the stack file. Without it no spelling is known, and there is no problem.
 */
export function unquotedProblems(raw: RawSettings, file: string): string[] {
  const env = Object(valueAt(raw, ["app", "env"])) as Record<string, unknown>;
  const changed = Object.entries(env).filter(([, value]) => /number|boolean/.test(typeof value));
  if (changed.length === 0 || !existsSync(file)) return [];
  const written = parseDocument(readFileSync(file, "utf8"), { merge: true }).getIn([
    ...["config", "webstack:app", "env"],
  ]);
  if (!isYamlMap(written)) return [];
  return changed.flatMap(([name, value]) => {
    const node: unknown = written.get(name, true);
    const source = isScalar(node) ? node.source : undefined;
    if (source === undefined || source === String(value)) return [];
    return [
      `${settingName(["app", "env", name])} must be a text, got ${printable(value)} for ${source} without quotes; ` +
        `put it in quotes: ${JSON.stringify(source)}`,
    ];
  });
}
