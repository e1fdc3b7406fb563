import type { CloudChange, Drift, FileChange, Preview, SettingChange } from "../model";
import {
  fileWords,
  maxUnfolded,
  grouped,
  type HostGroup,
  releaseWords,
  unitWords,
  verdictLine,
} from "./words";

/** Largest number of lines of one diff; the JSON has the rest. */
const maxLines = 200;

/** Largest number of a host's files with a fold each; more files share one fold. */
const maxFolds = 2;

/** The preview as Markdown for a comment; details are folded. */
export function markdown(preview: Preview): string {
  const fine = rendered(preview, false);
  return unfolded(fine).length <= maxUnfolded ? fine : rendered(preview, true);
}

/** The lines that a reader sees before opening a fold. */
export function unfolded(comment: string): string[] {
  return comment.replaceAll(/<details>(<summary>.*<\/summary>)[^]*?<\/details>/g, "$1").split("\n");
}

function rendered(preview: Preview, isCoarse: boolean): string {
  const { stack, visitors, hosts, settings, warnings } = preview;
  const lines = [
    `**${stack}: ${verdictLine(preview)}**`,
    "",
    `Visitors: ${plain(visitors)}`,
    ...section("Refused", preview.refused.map(plain)),
    ...consent(preview),
    ...section("Why not simply safe", preview.refused.length > 0 ? [] : preview.reasons.map(plain)),
    ...section("Edited settings", settings.map(settingWords)),
    ...hostSection(grouped(hosts, isCoarse)),
    ...cloudSection(preview.cloud),
    ...driftSection(preview.drift),
    ...section("Warnings", warnings.map(plain)),
  ];
  return `${lines.join("\n")}\n`;
}

/** A list with a title; empty without items. */
export function section(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return ["", `**${title}**`, "", ...items.map((item) => `- ${item}`)];
}

/** Escapes a foreign text for one line of Markdown, without markup. */
function plain(text: string): string {
  return unmentioned(text.replaceAll("\n", " ").replace(/[\\<>|*_`[\]]/g, "\\$&"));
}

/** The text without mentions, such as `@scope` of a package, which would notify people of that name. */
function unmentioned(text: string): string {
  return text.replace(/(^|\W)@(?=\w)/g, "$1@\u200b");
}

/** Escapes a foreign text for a line of HTML. */
function html(text: string): string {
  return unmentioned(text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
}

function code(text: string): string {
  // CommonMark 6.1: the fence is longer than any run inside, and one space at both ends is not shown.
  const fence = "`".repeat(longestRun(text) + 1);
  return fence === "`" ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
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

function host({ nodes, change, server }: HostGroup): string[] {
  const { others, files } = change;
  const turns = nodes.length > 1 ? ", one after the other" : "";
  const items = [
    ...(server ? [plain(server)] : []),
    ...releaseWords(change),
    ...unitWords(change),
    ...others.map(plain),
  ];
  return [
    ...["", `**${nodes.join(", ")}**${turns}`, "", ...items.map((item) => `- ${item}`)],
    ...files.filter(({ lines }) => lines.length === 0).map((file) => `- ${plain(fileWords(file))}`),
    ...folds(files.filter(({ lines }) => lines.length > 0)),
  ];
}

function folds(files: readonly FileChange[]): string[] {
  if (files.length <= maxFolds) return files.flatMap(fold);
  const names = files.map(({ path }) => path.split("/").at(-1)).join(", ");
  const bodies = files.flatMap((file) => ["", plain(fileWords(file)), "", ...diff(file)]);
  return [
    "",
    `<details><summary>${files.length} files: ${html(names)}</summary>`,
    ...bodies,
    "",
    "</details>",
  ];
}

function fold(file: FileChange): string[] {
  const summary = `<details><summary>${html(fileWords(file))}</summary>`;
  return ["", summary, "", ...diff(file), "", "</details>"];
}

function diff(file: FileChange): string[] {
  const shown = file.lines.slice(0, maxLines);
  const more = file.lines.length - shown.length;
  // The fence must be longer than any run of backticks in the text.
  const fence = "`".repeat(Math.max(3, ...shown.map(longestRun).map((n) => n + 1)));
  return [`${fence}diff`, ...shown, ...(more > 0 ? [`@@ ${more} more lines`] : []), fence];
}

function longestRun(line: string): number {
  return Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length));
}

function driftSection(drift: readonly Drift[]): string[] {
  if (drift.length === 0) return [];
  const lines = drift.flatMap(({ what, isGone, values, files }) => [
    ...(isGone ? [`- ${plain(what)} is not there any more`] : []),
    ...values.map((value) => `- ${plain(`${what}: ${value}`)}`),
    ...files.flatMap((file) => [`- ${plain(what)}:`, ...fold(file)]),
  ]);
  return ["", "**Changed by hand since the last up**", "", ...lines];
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
