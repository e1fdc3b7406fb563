import type { CloudChange, FileChange, Preview, SettingChange } from "../model";
import { fileWords, grouped, type HostGroup, releaseWords, unitWords, verdictLine } from "./words";

/** Most lines of one diff; the rest is in the JSON. */
const mostLines = 200;

/** The preview as Markdown for a comment; details are folded. */
export function markdown(preview: Preview): string {
  const { stack, visitors, hosts, settings, warnings } = preview;
  const lines = [
    `**${stack}: ${verdictLine(preview)}**`,
    "",
    `Visitors: ${visitors}`,
    ...section("Refused", preview.refused.map(plain)),
    ...consent(preview),
    ...section("Why not simply safe", preview.refused.length > 0 ? [] : preview.reasons.map(plain)),
    ...section("Edited settings", settings.map(settingWords)),
    ...hostSection(grouped(hosts)),
    ...cloudSection(preview.cloud),
    ...section("Warnings", warnings.map(plain)),
  ];
  return `${lines.join("\n")}\n`;
}

function section(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return ["", `**${title}**`, "", ...items.map((item) => `- ${item}`)];
}

/** Text of somebody else's in one line, of which Markdown makes nothing. */
function plain(text: string): string {
  return text.replaceAll("\n", " ").replace(/[<>|*_`[\]]/g, "\\$&");
}

function code(text: string): string {
  const fence = text.includes("`") ? "``" : "`";
  return `${fence}${text}${fence}`;
}

function consent({ consent: lines }: Preview): string[] {
  if (lines.length === 0) return [];
  const items = lines.map((line) => `  - ${line}`);
  return [
    ...[
      "",
      "**Missing consent**: if that is meant, add to the stack file, with a day at most 30 days ahead",
      "",
    ],
    ...["```yaml", "webstack:consent:", ...items, "```"],
  ];
}

function settingWords({ key, from, to }: SettingChange): string {
  return `${code(key)}: ${code(from)} -> ${code(to)}`;
}

function hostSection(groups: readonly HostGroup[]): string[] {
  if (groups.length === 0) return [];
  return ["", "**Hosts**, in the order in which they change", ...groups.flatMap(host)];
}

function host({ nodes, change }: HostGroup): string[] {
  const { server, others, files } = change;
  const turns = nodes.length > 1 ? ", one after the other" : "";
  const items = [
    ...(server ? [plain(server.text)] : []),
    ...releaseWords(change),
    ...unitWords(change),
    ...others.map(plain),
  ];
  return [
    ...["", `**${nodes.join(", ")}**${turns}`, "", ...items.map((item) => `- ${item}`)],
    ...files.filter(({ lines }) => lines.length === 0).map((file) => `- ${plain(fileWords(file))}`),
    ...files.filter(({ lines }) => lines.length > 0).flatMap(fold),
  ];
}

function fold(file: FileChange): string[] {
  const shown = file.lines.slice(0, mostLines);
  const more = file.lines.length - shown.length;
  // Longer than any run of backticks in the text.
  const fence = "`".repeat(Math.max(3, ...shown.map(longestRun).map((n) => n + 1)));
  return [
    ...["", `<details><summary>${fileWords(file)}</summary>`, "", `${fence}diff`],
    ...shown,
    ...(more > 0 ? [`@@ ${more} more lines`] : []),
    ...[fence, "", "</details>"],
  ];
}

function longestRun(line: string): number {
  return Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length));
}

function cloudSection(cloud: readonly CloudChange[]): string[] {
  const words = ({ what, kind, values }: CloudChange) =>
    `- ${plain(what)}: ${kind}${values.length > 0 ? `, ${plain(values.join("; "))}` : ""}`;
  const [main, minor] = [cloud.filter((one) => !one.isMinor), cloud.filter((one) => one.isMinor)];
  if (cloud.length === 0) return [];
  return [
    ...["", "**In the cloud**", "", ...main.map(words)],
    ...(minor.length > 0
      ? [
          ...(main.length > 0 ? [""] : []),
          `<details><summary>${minor.length} accessories: keys, certificates, network cards</summary>`,
          ...["", ...minor.map(words), "", "</details>"],
        ]
      : []),
  ];
}
