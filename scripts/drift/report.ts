import { notRead } from "../../provider/inputs";
import type { Preview } from "../../preview/model";
import { markdown } from "../../preview/render/markdown";

/** What was changed by hand. */
export interface DriftReport {
  /** Lines for a terminal. */
  lines: string[];
  /** Markdown for an issue; empty: nobody changed anything, so the issue is closed. */
  comment: string;
}

/** Largest number of reasons in the message. */
const maxReasons = 3;

/**
 * The drift in a preview with a refresh.
 *
 * @throws Error if the refresh stopped before it read each resource, or if a host did not answer and nothing else was
 *   changed: an issue of an earlier drift then stays open.
 */
export function driftReport(preview: Preview): DriftReport {
  const { drift, refused, isRefreshed, warnings } = preview;
  if (refused.length > 0 && !isRefreshed) {
    const reasons = refused.slice(0, maxReasons).join("; ");
    throw new Error(`what was changed by hand is not known, since the refresh stopped: ${reasons}`);
  }
  const unread = warnings.filter((text) => text.includes(notRead));
  if (drift.length === 0 && unread.length > 0) {
    const reasons = unread.slice(0, maxReasons).join("; ");
    throw new Error(`what was changed by hand is not known of each host: ${reasons}`);
  }
  if (drift.length === 0) return { lines: ["nobody changed anything by hand"], comment: "" };
  const lines = drift.map(({ what, isGone }) => `${what}${isGone ? " is gone" : ""}`);
  return { lines, comment: markdown(preview) };
}
