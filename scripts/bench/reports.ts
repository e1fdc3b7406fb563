import type { Figures } from "../local/proxy-chain/inside/results";

const middle = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The median of all rounds of one path to the app. */
function medians(figures: readonly Figures[]): Figures[] {
  const keyOf = ({ from, isDefault, innerTls, keepAlive }: Figures) =>
    `${from} ${isDefault} ${innerTls} ${keepAlive}`;
  return [...new Set(figures.map(keyOf))].map((key) => {
    const same = figures.filter((one) => keyOf(one) === key);
    const of = (field: "perSecond" | "p50" | "p99" | "cpuMicros") =>
      middle(same.map((one) => one[field]));
    const numbers = { perSecond: of("perSecond"), p50: of("p50"), p99: of("p99") };
    return { ...same[0]!, ...numbers, cpuMicros: of("cpuMicros") };
  });
}

function share({ perSecond }: Figures, of: Figures | undefined): string {
  return of ? (perSecond / of.perSecond).toFixed(2) : "–";
}

/**
 * A Markdown table of the medians. Two columns compare requests per second: with the same path in clear text, and with
 * the same part of the chain with the packages' configurations.
 */
export function chainTable(figures: readonly Figures[]): string {
  const all = medians(figures);
  const rows = all.map((one) => {
    const { from, isDefault, innerTls, keepAlive, perSecond, p50, p99, cpuMicros } = one;
    const like = all.filter((other) => other.from === from && other.keepAlive === keepAlive);
    const clear = like.find((other) => !other.isDefault && !other.innerTls);
    const packaged = like.find((other) => other.isDefault);
    const name = isDefault ? `${from} of the packages` : from;
    const way = [name, innerTls ? "TLS" : "clear text", keepAlive ? "kept" : "new"];
    const numbers = [perSecond.toFixed(0), p50.toFixed(1), p99.toFixed(1), cpuMicros.toFixed(0)];
    const shares = [
      share(one, innerTls ? clear : undefined),
      share(one, isDefault ? undefined : packaged),
    ];
    return `| ${[...way, ...numbers, ...shares].join(" | ")} |`;
  });
  return [
    "| Requests to | Between the tiers | Connections | Requests/s | p50, ms | p99, ms | Proxies' CPU, µs/request | Share of clear text | Share of the packages |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** Measurements of one stack. */
export interface Measured {
  nodes: number;
  /** Time of the `up` that creates it. */
  upSeconds: number;
  /** Time of a preview without a change. */
  nothingSeconds: number;
  /** Time of a preview of an edit for every web node. */
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

/** The measurements, a line for each stack. */
export function table(all: readonly Measured[]): string {
  const rows = all.map((one) => columns.map(([key, , digits]) => one[key].toFixed(digits)));
  return [columns.map(([, title]) => title), ...rows].map((cells) => cells.join(" | ")).join("\n");
}

/**
 * Costs and number of nodes of the largest stack, as multiples of the smallest one's. Both are of one run, so the speed
 * of the machine cancels out.
 */
export function growth(all: readonly Measured[]): string {
  const [small, large] = [all[0]!, all.at(-1)!];
  const times = columns.map(([key, title]) => {
    const ratio = small[key] === 0 ? NaN : large[key] / small[key];
    return `${title} ${Number.isNaN(ratio) ? "-" : `×${ratio.toFixed(1)}`}`;
  });
  return `from ${small.nodes} to ${large.nodes} nodes: ${times.join(", ")}`;
}
