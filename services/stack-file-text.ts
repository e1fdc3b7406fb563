import { generatedNotice } from "./notice";

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
