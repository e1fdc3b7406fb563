/** A value of a template's placeholder: one line, or several lines with the placeholder's indent. */
export type Slot = string | number | readonly string[];

/**
 * Tag for configuration files. It removes the common indent, ends the file with one newline, and
 * puts each item of an array on a line of its own (an empty array removes the line).
 *
 * @throws Error if a value is missing, is not finite, or contains a line break.
 */
export function text(parts: TemplateStringsArray, ...slots: Slot[]): string {
  const marked = parts.reduce((out, part, i) => `${out}\0${i - 1}\0${part}`);
  const lines = marked.replace(/^\n/, "").trimEnd().split("\n");
  const indent = Math.min(
    ...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)),
  );
  return lines.flatMap((line) => fill(line.slice(indent), slots)).join("\n") + "\n";
}

function fill(line: string, slots: Slot[]): string[] {
  const alone = /^(\s*)\0(\d+)\0$/.exec(line);
  const slot = alone ? slots[Number(alone[2])] : undefined;
  if (alone && typeof slot === "object") {
    return slot.map((item) => (item === "" ? "" : `${alone[1]}${oneLine(item)}`));
  }
  return [line.replace(/\0(\d+)\0/g, (_, i) => oneLine(slots[Number(i)]))];
}

function oneLine(value: unknown): string {
  const ok = typeof value === "string" ? !/[\r\n\0]/.test(value) : Number.isFinite(value);
  if (!ok) {
    throw new Error(
      `template value must be one line of text or a finite number, got ${JSON.stringify(value)}`,
    );
  }
  return String(value);
}
