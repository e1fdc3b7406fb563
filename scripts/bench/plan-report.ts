/** What one stack cost. */
export interface Measured {
  nodes: number;
  /** Time of the up that makes it. */
  upSeconds: number;
  /** Time of a preview without a change. */
  nothingSeconds: number;
  /** Time of a preview of an edit that every web node gets. */
  editSeconds: number;
  /** Calls of the API by the up. */
  upCalls: number;
  /** Calls of the API by one preview. */
  previewCalls: number;
  /** Size of the state as JSON. */
  stateKib: number;
  /** Largest memory of the process with the program. */
  memoryMib: number;
}

const columns: readonly [keyof Measured, string, number][] = [
  ["nodes", "nodes", 0],
  ["upSeconds", "up s", 1],
  ["nothingSeconds", "preview s", 1],
  ["editSeconds", "preview of an edit s", 1],
  ["upCalls", "calls of the up", 0],
  ["previewCalls", "calls of a preview", 0],
  ["stateKib", "state KiB", 0],
  ["memoryMib", "memory MiB", 0],
];

/** The figures, a stack a line. */
export function table(all: readonly Measured[]): string {
  const rows = all.map((one) => columns.map(([key, , digits]) => one[key].toFixed(digits)));
  return [columns.map(([, title]) => title), ...rows].map((cells) => cells.join(" | ")).join("\n");
}

/**
 * How many times the largest stack costs what the smallest one does, beside how many times the nodes it has: from
 * one run, so that the machine's own speed is not in it.
 */
export function growth(all: readonly Measured[]): string {
  const [small, large] = [all[0]!, all.at(-1)!];
  const times = columns.map(([key, title]) => {
    const ratio = small[key] === 0 ? NaN : large[key] / small[key];
    return `${title} ${Number.isNaN(ratio) ? "-" : `×${ratio.toFixed(1)}`}`;
  });
  return `from ${small.nodes} to ${large.nodes} nodes: ${times.join(", ")}`;
}
