import type { Cost, Counts, FileChange, HostChange, Preview } from "../model";

/** Hosts with equal changes, with the changes of the first one. */
export interface HostGroup {
  nodes: string[];
  /** Change of the servers, with all their locations; undefined: none. */
  server?: string;
  change: HostChange;
}

/** Largest number of lines of a preview outside of folds. */
export const maxUnfolded = 60;

/**
 * Groups hosts with equal changes, in the order of the rollout.
 *
 * @param isCoarse true: hosts are equal if the same files change, even in different lines.
 */
export function grouped(hosts: readonly HostChange[], isCoarse = false): HostGroup[] {
  const groups = new Map<string, HostChange[]>();
  for (const change of hosts) {
    const { node, server, ...all } = change;
    const rest = { ...all, files: all.files.map((file) => (isCoarse ? file.path : edited(file))) };
    // Servers of a tier have different locations, and files name their node; hosts with no other difference are equal.
    const alike = JSON.stringify([server?.text, rest]).replaceAll(node, "<node>");
    groups.set(alike, [...(groups.get(alike) ?? []), change]);
  }
  return [...groups.values()].map((changes) => {
    const [change] = changes as [HostChange];
    const places = new Set(changes.flatMap(({ server }) => server?.location ?? []));
    const where = places.size > 0 ? ` in ${[...places].join(", ")}` : "";
    const server = change.server && `${change.server.text}${where}`;
    // The preview shows the lines of the first host.
    return { nodes: changes.map(({ node }) => node), change, ...(server ? { server } : {}) };
  });
}

/** A file without the unchanged lines around its changes, which may name other nodes on each host. */
function edited({ lines, ...file }: FileChange): FileChange {
  return { ...file, lines: lines.filter((line) => /^[-+]/.test(line)) };
}

/** The verdict with its counts and the cost, in one line. */
export function verdictLine({ verdict, counts, cost, refused }: Preview): string {
  if (refused.length > 0) return `${verdict}, refused | nothing is changed | ${costWords(cost)}`;
  return `${verdict} | ${countWords(counts)} | ${costWords(cost)}`;
}

function countWords(counts: Counts): string {
  const { reloaded, restarted, powerCycled, created, replaced, deleted } = counts;
  return [
    `${reloaded} reloaded`,
    `${restarted} restarted`,
    `${powerCycled} power-cycled`,
    `${created} created`,
    `${replaced} replaced`,
    `${deleted} deleted`,
  ].join(", ");
}

function costWords(cost: Cost | undefined): string {
  if (!cost) return "cost not known";
  const { before, after, currency } = cost;
  const [from, to] = [before.toFixed(2), after.toFixed(2)];
  const less = cost.unpriced.length > 0 ? `, without ${cost.unpriced.join(", ")}` : "";
  if (from === to) return `${to} ${currency} a month without VAT, as before${less}`;
  return `${from} -> ${to} ${currency} a month without VAT${less}`;
}

/** Units by action, such as `restarts mysql.service`, with the causes. */
export function unitWords({ units }: HostChange): string[] {
  const verbs = { reload: "reloads", restart: "restarts", start: "starts", stop: "stops" } as const;
  return Object.entries(verbs).flatMap(([verb, word]) => {
    const those = units.filter((unit) => unit.verb === verb);
    if (those.length === 0) return [];
    return [`${word} ${shortUnits(those.map(({ unit }) => unit)).join(", ")}`];
  });
}

/** Units without the suffix, with all instances of a template unit as one. */
function shortUnits(units: readonly string[]): string[] {
  const counted = new Map<string, number>();
  for (const unit of units) {
    const name = unit.replace(/\.service$/, "").replace(/@\d+$/, "@");
    counted.set(name, (counted.get(name) ?? 0) + 1);
  }
  return [...counted].map(([name, n]) =>
    name.endsWith("@") ? `${name.slice(0, -1)} (${n} process${n === 1 ? "" : "es"})` : name,
  );
}

/** Change of a file as short text. */
export function fileWords({ path, kind, lines, isSecret }: FileChange): string {
  const of = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  const size = lines.length > 0 ? `, +${of("+")} -${of("-")} lines` : "";
  return `${path} ${kind}${isSecret ? ", secret" : size}`;
}

/** Change of the app's release, in words. */
export function releaseWords({ release }: HostChange): string[] {
  if (!release) return [];
  return [`app release ${release.from ?? "none"} -> ${release.to ?? "none"}`];
}
