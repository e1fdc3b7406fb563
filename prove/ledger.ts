import { z } from "zod";
import { confinement } from "./apparmor";
import type { Assumption, Evidence } from "./assumption";
import { clock } from "./clock";
import { cloudService } from "./cloud";
import { network } from "./network";
import { operatingSystem } from "./operating-system";
import { versions } from "./versions";

/** Everything that the program relies on and the local cloud does not prove, in the order of the docs. */
export const assumptions: readonly Assumption[] = [
  ...operatingSystem,
  ...versions,
  ...confinement,
  ...clock,
  ...network,
  ...cloudService,
];

const entry = z.strictObject({
  verdict: z.enum(["ok", "differs", "unknown"]),
  seen: z.string(),
});

/** Results of a stack, as `fidelity/<stack>.json` records them. The ledger holds no address and no secret. */
export const ledgerShape = z.strictObject({
  stack: z.string(),
  /** True for a stack of the local cloud: it proves nothing about a real one. */
  isLocal: z.boolean(),
  /** Day of the run, such as `2026-12-01`. */
  day: z.iso.date(),
  image: z.string(),
  /** What was seen by the id of an assumption. */
  seen: z.record(z.string(), entry),
});

/** What a stack showed. */
export type Ledger = z.infer<typeof ledgerShape>;

/** Judges every assumption. */
export function ledgerOf(stack: string, isLocal: boolean, evidence: Evidence): Ledger {
  const seen = assumptions.map(({ id, judge }) => {
    const { verdict, text } = judge(evidence);
    return [id, { verdict, seen: text }] as const;
  });
  const day = evidence.now.toISOString().slice(0, 10);
  return { stack, isLocal, day, image: evidence.image, seen: Object.fromEntries(seen) };
}

/**
 * How an assumption stands. On the local cloud nothing is `ok`: what is as assumed is `local`, and what the local cloud
 * is known not to do is `known`.
 */
export type Standing = "ok" | "differs" | "unknown" | "local" | "known";

/** How an assumption stands in a ledger; one that an older ledger lacks is unknown. */
export function standing({ id, differsLocally }: Assumption, { isLocal, seen }: Ledger): Standing {
  const verdict = seen[id]?.verdict ?? "unknown";
  if (!isLocal || verdict === "unknown") return verdict;
  if (verdict === "ok") return "local";
  return differsLocally ? "known" : "differs";
}

const marks: Readonly<Record<Standing, string>> = {
  ...{ ok: "ok", differs: "DIFFERS", unknown: "unknown" },
  ...{ local: "local", known: "known" },
};

/** Lines for a terminal; the last one is the summary. */
export function lines(ledger: Ledger): string[] {
  const all = assumptions.map((one) => ({ one, stands: standing(one, ledger) }));
  const width = Math.max(...assumptions.map(({ id }) => id.length)) + 2;
  const count = (wanted: Standing) => all.filter(({ stands }) => stands === wanted).length;
  const rest = `${count("differs")} differ, ${count("unknown")} not seen`;
  return [
    ...all.flatMap(({ one: { id, assumed, local }, stands }) => [
      `${marks[stands].padEnd(9)}${id.padEnd(width)}${ledger.seen[id]?.seen ?? "not looked at"}`,
      ...(stands === "differs" ? [`${" ".repeat(9 + width)}→ assumed: ${assumed}`] : []),
      ...(stands === "known" ? [`${" ".repeat(9 + width)}local cloud: ${local}`] : []),
    ]),
    ledger.isLocal
      ? `the local cloud proves nothing about a real one: ${count("local")} as assumed here, ${count("known")} known differences, ${rest}`
      : `${count("ok")} as assumed, ${rest}`,
  ];
}

/** True if something is not as assumed, known differences of the local cloud aside. */
export function isBad(ledger: Ledger): boolean {
  return assumptions.some((one) => standing(one, ledger) === "differs");
}

const cell = (text: string) => text.replaceAll("|", "\\|");

/** The table of docs/fidelity.md: every assumption, and what real stacks showed. */
export function fidelityTable(ledgers: readonly Ledger[]): string {
  const real = ledgers.filter(({ isLocal }) => !isLocal);
  const shown = (one: Assumption) =>
    real.map((ledger) => {
      const stands = standing(one, ledger);
      const seen = ledger.seen[one.id]?.seen ?? "not looked at";
      return `${ledger.stack} (${ledger.day}): ${stands}, ${seen}`;
    });
  const rows = assumptions.map((one) => [
    `\`${one.id}\``,
    ...[one.assumed, one.local],
    shown(one).join("; ") || "nobody has looked yet",
  ]);
  return table([["Name", "The program relies on", "The local cloud", "Real stacks"], ...rows]);
}

/** The table of one stack, for an issue or a pull request. */
export function stackTable(ledger: Ledger): string {
  const rows = assumptions.map((one) => [
    ...[`\`${one.id}\``, one.assumed, one.local],
    `${standing(one, ledger)}: ${ledger.seen[one.id]?.seen ?? "not looked at"}`,
  ]);
  return table([["Name", "The program relies on", "The local cloud", ledger.stack], ...rows]);
}

function table([head, ...rows]: readonly string[][]): string {
  const all = [head!, ...rows].map((row) => row.map(cell));
  const widths = head!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, i) => text.padEnd(widths[i]!)).join(" | ")} |\n`;
  const [first, ...others] = all;
  return [line(first!), line(widths.map((width) => "-".repeat(width))), ...others.map(line)].join(
    "",
  );
}
