import type { CloudChange, FileChange, Preview } from "../model";
import { fileWords, grouped, type HostGroup, releaseWords, unitWords, verdictLine } from "./words";

/** Most changed lines of a file on a terminal. */
const mostLines = 6;
/** Most accessories that are named on a terminal. */
const mostMinor = 3;

/** The preview for a terminal; long differences are cut. */
export function text(preview: Preview): string {
  const { stack, visitors, refused, reasons, consent, settings, hosts, warnings } = preview;
  const lines = [
    `${stack}: ${verdictLine(preview)}`,
    `visitors: ${visitors}`,
    ...section("refused", refused),
    ...section("missing consent, with a day at most 30 days ahead, if that is meant", consent),
    ...section("why not simply safe", refused.length > 0 ? [] : reasons),
    ...section(
      "edited settings",
      settings.map(({ key, from, to }) => `${key}: ${from} -> ${to}`),
    ),
    ...grouped(hosts).flatMap(host),
    ...cloudLines(preview.cloud),
    ...section("warnings", warnings),
  ];
  return `${lines.join("\n")}\n`;
}

function section(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return ["", `${title}:`, ...items.map((item) => `  ${item.replaceAll("\n", "\n    ")}`)];
}

function host({ nodes, change }: HostGroup): string[] {
  const { server, others, files } = change;
  const items = [
    ...(server ? [server.text] : []),
    ...releaseWords(change),
    ...unitWords(change),
    ...others,
  ];
  const turns = nodes.length > 1 ? ", one after the other" : "";
  return [
    ...section(`${nodes.join(", ")}${turns}`, items).slice(0, items.length > 0 ? undefined : 0),
    ...(items.length > 0 ? [] : ["", `${nodes.join(", ")}${turns}:`]),
    ...files.flatMap(fileLines),
  ];
}

function fileLines(file: FileChange): string[] {
  const changes = file.lines.filter((line) => /^[-+]/.test(line));
  const shown = changes.slice(0, mostLines);
  const more = changes.length - shown.length;
  return [
    `  ${fileWords(file)}`,
    ...shown.map((line) => `    ${line}`),
    ...(more > 0 ? [`    ... ${more} more lines, see --markdown`] : []),
  ];
}

function cloudLines(cloud: readonly CloudChange[]): string[] {
  const words = ({ what, kind, values }: CloudChange) =>
    `${what}: ${kind}${values.length > 0 ? `, ${values.join("; ")}` : ""}`;
  const minor = cloud.filter((one) => one.isMinor);
  const more = minor.length - mostMinor;
  return section("in the cloud", [
    ...cloud.filter((one) => !one.isMinor).map(words),
    ...minor.slice(0, mostMinor).map(words),
    ...(more > 0 ? [`${more} more keys, certificates and network cards, see --markdown`] : []),
  ]);
}
