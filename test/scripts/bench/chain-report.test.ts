import { expect, it } from "vitest";
import { chainTable } from "../../../scripts/bench/chain-report";
import type { Figures } from "../../../scripts/local/proxy-chain/inside/figures";

function figures(overrides: Partial<Figures> = {}): Figures {
  const numbers = { perSecond: 1000, p50: 1, p99: 4, cpuMicros: 100 };
  const way = { from: "Nginx", isDefault: false, innerTls: false, keepAlive: true } as const;
  return { ...way, ...numbers, ...overrides };
}

it("prints the median of all rounds, and compares TLS with the same way in clear text", () => {
  const table = chainTable([
    ...[900, 1000, 5000].map((perSecond) => figures({ perSecond })),
    figures({ innerTls: true, perSecond: 850 }),
    figures({ keepAlive: false, perSecond: 500 }),
  ]);
  expect(table.split("\n").slice(2)).toEqual([
    "| Nginx | clear text | kept | 1000 | 1.0 | 4.0 | 100 | – | – |",
    "| Nginx | TLS | kept | 850 | 1.0 | 4.0 | 100 | 0.85 | – |",
    "| Nginx | clear text | new | 500 | 1.0 | 4.0 | 100 | – | – |",
  ]);
});

it("compares each part with the same one of the packages, whose connections are alike", () => {
  const table = chainTable([
    figures({ innerTls: true, perSecond: 800 }),
    figures({ perSecond: 1000 }),
    figures({ isDefault: true, perSecond: 400 }),
    figures({ isDefault: true, keepAlive: false, perSecond: 1 }),
    figures({ from: "app" }),
  ]);
  expect(table.split("\n").slice(2)).toEqual([
    "| Nginx | TLS | kept | 800 | 1.0 | 4.0 | 100 | 0.80 | 2.00 |",
    "| Nginx | clear text | kept | 1000 | 1.0 | 4.0 | 100 | – | 2.50 |",
    "| Nginx of the packages | clear text | kept | 400 | 1.0 | 4.0 | 100 | – | – |",
    "| Nginx of the packages | clear text | new | 1 | 1.0 | 4.0 | 100 | – | – |",
    "| app | clear text | kept | 1000 | 1.0 | 4.0 | 100 | – | – |",
  ]);
});
