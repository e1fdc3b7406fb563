import { existsSync, readFileSync } from "node:fs";
import { writeAtomically } from "./files";
import { stateDirectory } from "./directories";
import { reportStep } from "./run";

/** File that records which releases ran, the latest last. */
export const journalPath = `${stateDirectory}/release-journal.json`;

/** Number of recorded switches: more than the releases that are ever kept. */
const max = 50;

/** Record that a release was brought up successfully. */
export interface RecordedSwitch {
  /** SHA-256 of the release archive. */
  digest: string;
  /**
   * Time in UTC, such as `2026-03-01T12:00:00.000Z`. @default unknown: the release ran before the journal
   * existed
   */
  at?: string;
  /** SHA-256 of the runtime archive that the release ran with. @default the distribution's programs */
  runtime?: string;
}

/**
 * Releases in the order in which they ran; empty if the journal is missing or unreadable, which stops no
 * run.
 */
export function readJournal(): RecordedSwitch[] {
  if (!existsSync(journalPath)) return [];
  try {
    const { switches } = JSON.parse(readFileSync(journalPath, "utf8")) as {
      switches: RecordedSwitch[];
    };
    return switches.filter(({ digest }) => typeof digest === "string");
  } catch (error) {
    reportStep(
      "forget",
      `the journal of releases ${journalPath} is unreadable and starts anew: ${(error as Error).message}`,
    );
    return [];
  }
}

/**
 * Records that `digest` runs now. The journal is part of the swap, so a rollback undoes the record.
 *
 * @param before digest of the previous release; added first if the journal does not contain it.
 *
 * @param runtime digest of the pushed runtime, if any.
 */
export function recordSwitch(digest: string, before: string | undefined, runtime?: string): void {
  const known = readJournal();
  const earlier = before !== undefined && known.at(-1)?.digest !== before;
  const switches = [
    ...known,
    ...(earlier ? [{ digest: before }] : []),
    { digest, at: new Date().toISOString(), ...(runtime === undefined ? {} : { runtime }) },
  ].slice(-max);
  const content = `${JSON.stringify({ version: 1, switches })}\n`;
  writeAtomically(journalPath, { content, owner: "root", group: "root", mode: "0600" });
}

/** Digests of the releases that ran, without duplicates, the latest first. */
export function recentReleases(): string[] {
  return [
    ...new Set(
      readJournal()
        .map(({ digest }) => digest)
        .reverse(),
    ),
  ];
}
