/** Reference to a file and line in a checker's output. */
const reference = /(\/[\w./-]+):(\d+)/g;
const wholeFile = /^# This file is (webstack:.+) of the stack file\.$/;
const begins = /^\s*# (webstack:.+) begins$/;
const ends = /^\s*# webstack:.+ ends$/;

/** A setting of the stack file, and a line in its value; without a line the setting as a whole. */
interface Place {
  setting: string;
  line?: number;
}

/**
 * Setting and line that line `line` of a file comes from; undefined if it is not copied from the stack
 * file.
 */
function placeOf(lines: readonly string[], line: number): Place | undefined {
  for (let at = Math.min(line, lines.length) - 1; at >= 0; at--) {
    const text = lines[at]!;
    const [, setting] = wholeFile.exec(text) ?? begins.exec(text) ?? [];
    if (setting !== undefined) {
      const own = line - at - 1;
      return own > 0 ? { setting, line: own } : { setting };
    }
    if (ends.test(text)) return undefined;
  }
  return undefined;
}

/** A checker's message without file references, such as `unknown directive "foo"`. */
function plain(message: string, found: string): string {
  return message
    .replace(found, "")
    .replace(/^(nginx: |[\d/]+ [\d:]+ )\[\w+\] (\d+#\d+: )?/, "")
    .replace(/^\[\w+\]\s+\(\d+\) : (config : )?/, "")
    .replace(/parsing \[\]\s*:?\s*/, "")
    .replace(/\s+in\s*$/, "")
    .trim();
}

/**
 * Messages of a checker about lines that were copied from the stack file, each with its setting and line.
 * If the checker names no such line: the settings in the files that it read.
 *
 * @param output output of the checker.
 *
 * @param files files that it read, by path.
 */
export function stackFileMessages(output: string, files: ReadonlyMap<string, string>): string[] {
  const named = output.split("\n").flatMap((text) =>
    [...text.matchAll(reference)].flatMap(([found, path, line]) => {
      const place = placeOf((files.get(path!) ?? "").split("\n"), Number(line));
      if (!place) return [];
      const where = place.line === undefined ? "" : ` line ${place.line}`;
      return [`${place.setting}${where}: ${plain(text, found)}`];
    }),
  );
  if (named.length > 0) return [...new Set(named)];
  const settings = [...files.values()]
    .flatMap((content) => content.split("\n"))
    .flatMap((text) => (wholeFile.exec(text) ?? begins.exec(text) ?? []).slice(1));
  return settings.length === 0 ? [] : [`the reason may be the value of ${settings.join(" or ")}`];
}
