import { generatedNotice } from "./notice";

/**
 * A file of what the stack file says, word for word. Its second line tells `host/converge/stack-file-messages.ts` which
 * setting it is, for the message of a checker that refuses it.
 *
 * @param setting name of the setting, such as `web.nginxSnippet`.
 * @param raw lines as the stack file has them.
 */
export function stackFileText(setting: string, raw: string): string {
  return [
    generatedNotice,
    `# This file is webstack:${setting} of the stack file.`,
    raw.trimEnd(),
    "",
  ].join("\n");
}

/** Lines of the stack file inside of a file, between lines that tell which setting they are. */
export function stackFileLines(setting: string, raw: string): string[] {
  const name = `webstack:${setting}`;
  return [`# ${name} begins`, ...raw.trimEnd().split("\n"), `# ${name} ends`];
}
