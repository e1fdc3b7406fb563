/** First line of every rendered file with `#` comments: it names the generator and the place for changes. */
export const generatedNotice =
  "# Made by webstack; a change here is undone by the next `pulumi up`. See the stack file.";

/** A value of a template's placeholder: one line, or several lines with the placeholder's indent. */
export type Slot = string | number | readonly string[];

/**
 * Tag for configuration files. The tag removes the common indent, ends the file with one newline, and
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

/**
 * Renders a file with a verbatim text of the stack file. The second line names the setting, so that
 * `host/converge/stack-file-messages.ts` can name it when a checker refuses the text.
 *
 * @param setting name of the setting, such as `web.nginxSnippet`.
 * @param raw lines as written in the stack file.
 */
export function stackFileText(setting: string, raw: string): string {
  return [
    generatedNotice,
    `# This file is webstack:${setting} of the stack file.`,
    raw.trimEnd(),
    "",
  ].join("\n");
}

/** Lines of the stack file for the inside of a file, between two lines that name the setting. */
export function stackFileLines(setting: string, raw: string): string[] {
  const name = `webstack:${setting}`;
  return [`# ${name} begins`, ...raw.trimEnd().split("\n"), `# ${name} ends`];
}
