import { expect, it } from "vitest";
import { passedOverMessage } from "../../../rolling/passed-over";
import { expectPassedOver } from "../../../scripts/drill/edits-passed-over";

const said = passedOverMessage({ "app-1": undefined, "app-2": "cannot be reached" })!;

it("an `up` must fail, and name the node that was off and no other", () => {
  expectPassedOver("app-2", { status: 1, said });
  for (const [node, status, text] of [
    ["app-2", 0, said],
    ["app-2", null, said],
    ["app-1", 1, said],
    ["app-2", 1, passedOverMessage({ "app-2": "gone", "db-1": "gone" })!],
  ] as const) {
    expect(() => expectPassedOver(node, { status, said: text })).toThrow("ended with");
  }
});
