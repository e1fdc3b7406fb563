import { existsSync, readFileSync } from "node:fs";
import { isMap, isScalar, parseDocument } from "yaml";
import { printable, settingName } from "./printable";
import { type RawSettings, valueAt } from "./stack-file";

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
  if (!isMap(written)) return [];
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
