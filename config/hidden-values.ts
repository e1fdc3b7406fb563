import type { z } from "zod";
import type { HiddenValues } from "./problems";
import { secretSettings } from "./setting";
import { isSecret, namespace, type RawSettings, valueAt } from "./stack-file";

/**
 * Encrypted values of settings that are not secret. For a list or map the engine only reports that
 * a part is encrypted. If the value contains a secret setting, that setting is the encrypted part; lists and maps
 * still stay hidden, because they may contain the secret one level too deep. Without a secret setting the whole
 * value stays hidden.
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

/** Removes a hidden value from a sentence about several settings. */
export function withoutHidden(problem: string, hides: HiddenValues): string {
  const [, start, key, found, end] = told.exec(problem) ?? [];
  const isMap = /^[[{]/.test(found ?? "");
  if (key !== undefined && hides([key], isMap ? {} : found)) {
    return `${start}a value that is hidden here${end}`;
  }
  return problem;
}
