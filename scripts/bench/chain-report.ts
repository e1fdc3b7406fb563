import type { Figures } from "../local/proxy-chain/inside/figures";

const middle = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The median of all rounds of a way. */
function medians(figures: readonly Figures[]): Figures[] {
  const keyOf = ({ from, innerTls, keepAlive }: Figures) => `${from} ${innerTls} ${keepAlive}`;
  return [...new Set(figures.map(keyOf))].map((key) => {
    const same = figures.filter((one) => keyOf(one) === key);
    const of = (field: "perSecond" | "p50" | "p99" | "cpuMicros") =>
      middle(same.map((one) => one[field]));
    const numbers = { perSecond: of("perSecond"), p50: of("p50"), p99: of("p99") };
    return { ...same[0]!, ...numbers, cpuMicros: of("cpuMicros") };
  });
}

/** A Markdown table of the medians; `share` compares requests per second with the same way in clear text. */
export function chainTable(figures: readonly Figures[]): string {
  const all = medians(figures);
  const rows = all.map(({ from, innerTls, keepAlive, perSecond, p50, p99, cpuMicros }) => {
    const clear = all.find(
      (one) => one.from === from && one.keepAlive === keepAlive && !one.innerTls,
    );
    const share = innerTls && clear ? (perSecond / clear.perSecond).toFixed(2) : "–";
    const way = [from, innerTls ? "TLS" : "clear text", keepAlive ? "kept" : "new"];
    const numbers = [perSecond.toFixed(0), p50.toFixed(1), p99.toFixed(1), cpuMicros.toFixed(0)];
    return `| ${[...way, ...numbers, share].join(" | ")} |`;
  });
  return [
    "| Requests to | Between the tiers | Connections | Requests/s | p50, ms | p99, ms | Proxies' CPU, µs/request | Share of clear text |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
