import type { z } from "zod";
import type { HiddenValues } from "./problems";
import { secretSettings } from "./setting";
import { isSecret, namespace, type RawSettings, valueAt } from "./stack-file";

/**
 * What is encrypted where no setting is secret. Of a value with parts the engine tells no more than that
 * one of them is encrypted. If a secret setting is among them, that is it, and lists and maps alone stay
 * hidden, since it may stand in them one level too deep; if none is, nothing is repeated of the value.
 */
export function hiddenValues(raw: RawSettings, schema: z.ZodType): HiddenValues {
  const secrets = secretSettings(schema);
  const explained = new Set(
    secrets.filter(({ path }) => valueAt(raw, path) !== undefined).map(({ path }) => path[0]),
  );
  return ([key], found) => {
    if (!isSecret(`${namespace}:${String(key)}`)) return false;
    return !explained.has(String(key)) || (typeof found === "object" && found !== null);
  };
}

const told = /^(webstack:([A-Za-z]+).*?, got )(.*)(; .*)$/s;

/** A sentence on several settings without the value of one that is hidden. */
export function withoutHidden(problem: string, hides: HiddenValues): string {
  const [, start, key, found, end] = told.exec(problem) ?? [];
  const isMap = /^[[{]/.test(found ?? "");
  if (key !== undefined && hides([key], isMap ? {} : found)) {
    return `${start}a value that is hidden here${end}`;
  }
  return problem;
}
