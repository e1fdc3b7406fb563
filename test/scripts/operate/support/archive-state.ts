import type { Archiver, ArchiveState } from "../../../../scripts/operate/archive";

/** The time of these tests, milliseconds since 1970. */
export const nowMs = Date.parse("2026-11-28T12:00:00Z");
/** Id of an object of so many hours ago. */
export const idAgo = (hours: number) =>
  new Date(nowMs - hours * 3_600_000).toISOString().replace(/[-:]|\.\d+/g, "");

/** State of a healthy archiver. */
export function state(more: Partial<ArchiveState> = {}): ArchiveState {
  return {
    ...{ active: true, doing: "archives", problem: "", failedProof: "", timeline: "4b2c" },
    ...{ archived: "", dumpOn: "off", dump: "", failedDump: "", ahead: [] },
    ...{ newestUs: (nowMs - 9_000) * 1_000, atUs: nowMs * 1_000 },
    ...{ base: idAgo(9), failedBaseUs: 0, proof: idAgo(7), ...more },
  };
}
/** A node whose archiver runs. */
export const running = (more: Partial<ArchiveState> = {}): Archiver => ({
  kind: "state",
  state: state(more),
});
