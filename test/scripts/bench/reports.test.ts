import { expect, it } from "vitest";
import { chainTable, growth, type Measured, table } from "../../../scripts/bench/reports";
import type { Figures } from "../../../scripts/local/proxy-chain/inside/results";

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

const small: Measured = {
  ...{ nodes: 9, upSeconds: 20, nothingSeconds: 4, editSeconds: 5 },
  ...{ upCalls: 100, previewCalls: 0, stateKib: 1800, memoryMib: 400 },
};
const large = { ...small, nodes: 90, upSeconds: 230, upCalls: 900, stateKib: 9000 };

it("shows a stack a line", () => {
  expect(table([small]).split("\n")[1]).toBe("9 | 20.0 | 4.0 | 5.0 | 100 | 0 | 1800 | 400");
});

it("says how everything grows beside the nodes, and nothing of what is not there", () => {
  expect(growth([small, { ...small, nodes: 30 }, large])).toBe(
    "from 9 to 90 nodes: nodes ×10.0, up s ×11.5, preview s ×1.0, preview of an edit s ×1.0, calls of the up ×9.0, calls of a preview -, state KiB ×5.0, memory MiB ×1.0",
  );
});
