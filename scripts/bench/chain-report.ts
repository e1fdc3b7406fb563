import type { Figures } from "../local/proxy-chain/inside/figures";

const middle = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The median of all rounds of a way. */
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
 * A Markdown table of the medians. Two columns compare requests per second: with the same way in clear text, and with
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
