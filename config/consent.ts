import { z } from "zod";
import { printable, settingName } from "./messages";
import { setting } from "./setting";

/** A line of consent: a destructive change that the stack file allows. */
export interface Consent {
  /**
   * `resize`: switch off servers without a substitute; `delete` and `replace`: destroy existing resources
   * with their data.
   */
  verb: "resize" | "delete" | "replace";
  /** A tier, a node, or `addresses`, `volumes`, `saved`, `access` or `network`. */
  what: string;
  /** Last valid day in UTC, such as `2026-12-31`. */
  until: string;
}

/** Tiers, as in the names of their nodes. */
const tiers = "lb|web|app|db";
/** Verbs with their objects. The number of load balancers is fixed, so none can be deleted. */
const grammar = new RegExp(
  `^(?:(resize) ((?:${tiers})(?:-[1-9]\\d?)?)|(delete) ((?:web|app|db)-[1-9]\\d?|addresses|volumes|saved|access)|` +
    "(replace) (network|db-[1-9]\\d?)) until (\\d{4}-\\d{2}-\\d{2})$",
);
const dayMs = 24 * 3_600_000;
/** Longest validity of a line, days: a permanent consent would disable the protection. */
const longestDays = 30;

/** Parses a line of consent; undefined for any other text. */
export function consentOf(line: string): Consent | undefined {
  const found = grammar.exec(line);
  if (!found) return undefined;
  const [verb, what] = found.slice(1, -1).filter((part) => part !== undefined);
  const until = found.at(-1)!;
  const isDay = new Date(`${until}T00:00:00Z`);
  if (Number.isNaN(isDay.getTime()) || isDay.toISOString().slice(0, 10) !== until) return undefined;
  return { verb: verb as Consent["verb"], what: what!, until };
}

/** Problems of well-formed lines: expired ones, and those that are valid for too long. */
export function consentProblems(raw: { consent?: unknown }, today: Date): string[] {
  const lines = Array.isArray(raw.consent) ? (raw.consent as unknown[]) : [];
  const day = Date.parse(`${today.toISOString().slice(0, 10)}T00:00:00Z`);
  const formed = lines.flatMap((line) => {
    const consent = typeof line === "string" ? consentOf(line) : undefined;
    return consent ? [{ line, consent }] : [];
  });
  const single = formed.flatMap(({ line, consent }) => {
    const left = (Date.parse(`${consent.until}T00:00:00Z`) - day) / dayMs;
    const key = settingName(["consent"]);
    if (left < 0) {
      return [
        `${key} must allow nothing that is over, got ${printable(line)}; ` +
          "remove the line, or give it a later day if it is to be done again",
      ];
    }
    if (left <= longestDays) return [];
    return [
      `${key} must end within ${longestDays} days, got ${printable(line)}; ` +
        "give it the day by which it will be done",
    ];
  });
  return [...single, ...oneDatabaseAtATime(formed)];
}

/** The other databases hold the data that is lost with a volume, and copy it to the new one. */
function oneDatabaseAtATime(formed: readonly { line: unknown; consent: Consent }[]): string[] {
  const found = formed
    .filter(({ consent: { verb, what } }) => verb === "replace" && what.startsWith("db-"))
    .map(({ line }) => line);
  if (found.length < 2) return [];
  return [
    `${settingName(["consent"])} must replace the volume of one database at a time, got ${found.length} lines: ` +
      `${found.map(printable).join(", ")}; keep the first one until \`npm run db:status\` names every member again`,
  ];
}

/** The setting `consent`. */
export const consentLines = setting(
  z.array(z.string().refine((line) => consentOf(line) !== undefined)),
  {
    about:
      "What a preview refuses otherwise, a line each with its last day: to switch the only node of a tier off, and to lose a server, an address, data or the access of this machine",
    must: `be a list of lines "resize <tier or node>", "delete <node>", "delete addresses", "delete volumes", "delete saved", "delete access", "replace network" or "replace <database node>", each with " until <YYYY-MM-DD>", at most ${longestDays} days ahead`,
    example: ["resize app until 2026-12-31"],
  },
);
