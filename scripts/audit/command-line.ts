import { parseArgs } from "node:util";
import { isBad, type NodeAudit, type UnitRow } from "./judge";
import { withUsage } from "../operate/with-usage";

/** Arguments of `npm run audit:hosts`. */
export interface AuditOptions {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Nodes to check; empty: all. */
  nodes: string[];
  /** Whether the report is JSON. */
  json: boolean;
}

const usage = "npm run audit:hosts -- [--stack <name>] [--json] [node ...]";

/** Parses a command line. @throws Error with the usage for anything else. */
export function parseCommandLine(args: readonly string[]): AuditOptions {
  const options = {
    stack: { type: "string" },
    json: { type: "boolean", default: false },
  } as const;
  return withUsage(usage, () => {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const { stack, json } = values;
    return { stack, nodes: positionals, json };
  });
}

const shown = (value: number | undefined) => (value === undefined ? "?" : value.toFixed(1));

function row({ node, role, unit, exposure, bound, good, why }: UnitRow): string[] {
  const verdict = bound === undefined ? "" : good ? "good" : "MISSED";
  return [
    node,
    role,
    unit,
    shown(exposure),
    bound === undefined ? "-" : shown(bound),
    verdict,
    why ?? "",
  ];
}

/** Pads the cells of each column to one width. */
function table(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  return rows.map((cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
}

/** The audit as lines: a table of units, then the other problems, then a summary. */
export function reportLines(all: readonly NodeAudit[]): string[] {
  const rows = all.flatMap(({ units }) => units);
  const problems = all.flatMap(({ node, problems: ones }) => ones.map((one) => `${node}  ${one}`));
  const missed = rows.filter(({ good }) => !good).length;
  const bounded = rows.filter(({ bound }) => bound !== undefined).length;
  return [
    ...table([
      ["NODE", "TIER", "UNIT", "SCORE", "BOUND", "", ""],
      ...rows.flatMap((one) => [row(one)]),
    ]),
    "",
    ...problems,
    `${rows.length} units on ${all.filter(({ seen }) => seen).length} of ${all.length} nodes: ` +
      `${missed} of ${bounded} bounds missed; ${problems.length} other problems`,
  ];
}

/** The audit as one JSON text, with all observations. */
export function reportJson(all: readonly NodeAudit[]): string {
  return JSON.stringify({ ok: !isBad(all), nodes: all }, null, 2);
}
