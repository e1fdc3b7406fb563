import { expect, it } from "vitest";
import { passedOverMessage } from "../../../rolling/passed-over";
import { expectPassedOver } from "../../../scripts/drill/edits-passed-over";

const output = passedOverMessage({ "app-1": undefined, "app-2": "cannot be reached" })!;

it("an `up` must fail, and name the node that was off and no other", () => {
  expectPassedOver("app-2", { status: 1, output });
  for (const [node, status, text] of [
    ["app-2", 0, output],
    ["app-2", null, output],
    ["app-1", 1, output],
    ["app-2", 1, passedOverMessage({ "app-2": "gone", "db-1": "gone" })!],
  ] as const) {
    expect(() => expectPassedOver(node, { status, output: text })).toThrow("ended with");
  }
});
