import type { Pruning } from "./pruning";

/** Lines about what is kept of a history, and what is deleted. */
export function pruningLines(timeline: string, made: Pruning): string[] {
  const kept = [
    `history     ${timeline}`,
    ...made.keep.map(({ id, why, reachesEnd }) => {
      const reach = reachesEnd ? "" : ", its own moment alone";
      return `keeps       base ${id} (${why.join(", ")})${reach}`;
    }),
    ...made.keepDumps.map(({ id, why }) => `keeps       dump ${id} (${why.join(", ")})`),
  ];
  if (made.refused !== "") return [...kept, `REFUSED     nothing is deleted: ${made.refused}`];
  const { links, data, parts, dumpParts, throughLink } = made;
  const through = links.length > 0 ? ` (up to ${throughLink})` : "";
  return [
    ...kept,
    ...made.bases.map((id) => `deletes     base ${id}`),
    ...made.dumps.map((id) => `deletes     dump ${id}`),
    `deletes     ${links.length} links${through}, ${data.length} segments, ${parts.length} parts of bases, ${dumpParts.length} of dumps`,
  ];
}
