import { expect, it } from "vitest";
import { growth, type Measured, table } from "../../../scripts/bench/plan-report";

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
