import type { CloudChange, Drift, FileChange, Preview } from "../model";
import {
  fileWords,
  maxUnfolded,
  grouped,
  type HostGroup,
  releaseWords,
  unitWords,
  verdictLine,
} from "./words";

/** Largest number of changed lines of a file on a terminal. */
const maxLines = 6;
/** Largest number of minor changes that are named on a terminal. */
const maxMinor = 3;

/** The preview for a terminal; the longer it is, the fewer lines of each file are shown. */
export function text(preview: Preview): string {
  const ways = [maxLines, 2, 0].flatMap((max) => [
    { most: max, isCoarse: false },
    { most: max, isCoarse: true },
  ]);
  const all = ways.map((way) => rendered(preview, way));
  return all.find((one) => one.split("\n").length <= maxUnfolded) ?? all.at(-1)!;
}

/** Amount of detail. */
interface Way {
  /** Largest number of changed lines of a file. */
  most: number;
  isCoarse: boolean;
}

function rendered(preview: Preview, way: Way): string {
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
    ...grouped(hosts, way.isCoarse).flatMap((group) => host(group, way)),
    ...cloudLines(preview.cloud),
    ...section("changed by hand since the last up", preview.drift.flatMap(drift)),
    ...section("warnings", warnings),
  ];
  return `${lines.join("\n")}\n`;
}

function section(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return ["", `${title}:`, ...items.map((item) => `  ${item.replaceAll("\n", "\n    ")}`)];
}

function host({ nodes, change, server }: HostGroup, way: Way): string[] {
  const { others, files } = change;
  const items = [
    ...(server ? [server] : []),
    ...releaseWords(change),
    ...unitWords(change),
    ...others,
  ];
  const turns = nodes.length > 1 ? ", one after the other" : "";
  return [
    ...section(`${nodes.join(", ")}${turns}`, items).slice(0, items.length > 0 ? undefined : 0),
    ...(items.length > 0 ? [] : ["", `${nodes.join(", ")}${turns}:`]),
    ...files.flatMap((file) => fileLines(file, way)),
  ];
}

function fileLines(file: FileChange, { most }: Pick<Way, "most">): string[] {
  const changes = file.lines.filter((line) => /^[-+]/.test(line));
  const shown = changes.slice(0, most);
  const more = changes.length - shown.length;
  return [
    `  ${fileWords(file)}`,
    ...shown.map((line) => `    ${line}`),
    ...(more > 0 && most > 0 ? [`    ... ${more} more lines, see --markdown`] : []),
  ];
}

function drift({ what, isGone, values, files }: Drift): string[] {
  if (isGone) return [`${what} is not there any more`];
  return [
    ...values.map((value) => `${what}: ${value}`),
    ...files.map(
      (file) => `${what}: ${fileLines(file, { most: maxLines }).join("\n").trimStart()}`,
    ),
  ];
}

function cloudLines(cloud: readonly CloudChange[]): string[] {
  const words = ({ what, kind, values }: CloudChange) =>
    `${what}: ${kind}${values.length > 0 ? `, ${values.join("; ")}` : ""}`;
  const minor = cloud.filter((one) => one.isMinor);
  const more = minor.length - maxMinor;
  return section("in the cloud", [
    ...cloud.filter((one) => !one.isMinor).map(words),
    ...minor.slice(0, maxMinor).map(words),
    ...(more > 0 ? [`${more} more keys, certificates and network cards, see --markdown`] : []),
  ]);
}
