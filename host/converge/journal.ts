import { existsSync, readFileSync } from "node:fs";
import { writeAtomically } from "./files";
import { stateDirectory } from "./places";
import { say } from "./run";

/** Where it is written which releases ran, the latest last. */
export const journalPath = `${stateDirectory}/release-journal.json`;

/** Switches that are remembered: more than releases are ever kept. */
const most = 50;

/** That a release was brought up, and stayed. */
export interface Switched {
  /** SHA-256 of its archive. */
  digest: string;
  /** When, in UTC, such as `2026-03-01T12:00:00.000Z`. @default before there was a journal */
  at?: string;
  /** SHA-256 of the archive of the runtime that it ran with. @default the distribution's programs */
  runtime?: string;
}

/** Releases in the order in which they ran; empty if nothing is known. One that cannot be read is no reason to stop. */
export function readJournal(): Switched[] {
  if (!existsSync(journalPath)) return [];
  try {
    const { switches } = JSON.parse(readFileSync(journalPath, "utf8")) as { switches: Switched[] };
    return switches.filter(({ digest }) => typeof digest === "string");
  } catch (error) {
    say("forget", `which releases ran: ${journalPath}: ${(error as Error).message}`);
    return [];
  }
}

/**
 * Writes down that `digest` runs now. It is part of the swap: a run that is taken back has not
 * switched.
 *
 * @param before what ran until now; it comes first if the journal does not know of it.
 * @param runtime what it runs with, if that was pushed.
 */
export function recordSwitch(digest: string, before: string | undefined, runtime?: string): void {
  const known = readJournal();
  const earlier = before !== undefined && known.at(-1)?.digest !== before;
  const switches = [
    ...known,
    ...(earlier ? [{ digest: before }] : []),
    { digest, at: new Date().toISOString(), ...(runtime === undefined ? {} : { runtime }) },
  ].slice(-most);
  const content = `${JSON.stringify({ version: 1, switches })}\n`;
  writeAtomically(journalPath, { content, owner: "root", group: "root", mode: "0600" });
}

/** Releases that ran, each once, the latest first. */
export function ranLately(): string[] {
  return [
    ...new Set(
      readJournal()
        .map(({ digest }) => digest)
        .reverse(),
    ),
  ];
}
