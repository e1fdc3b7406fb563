import { describe, expect, it } from "vitest";
import { deployedCommit, historyShape } from "../../../scripts/back/deployed-state";

const [one, other] = ["1".repeat(40), "2".repeat(40)];

/** A history as the engine prints it, the newest first. */
function history(...updates: object[]) {
  return historyShape.parse(updates.map((update) => ({ kind: "update", ...update })));
}
const ended = (commit: string, more: object = {}) => ({
  result: "succeeded",
  environment: { "git.head": commit, "git.dirty": "false" },
  ...more,
});

describe("what a stack runs", () => {
  it("is the commit of the last complete update, whatever came after it", () => {
    const failed = { ...ended(other), result: "failed" };
    const refreshed = { ...ended(other), kind: "refresh" };
    expect(deployedCommit(history(failed, refreshed, ended(one), ended(other)))).toEqual({
      commit: one,
    });
  });

  it("is what a way back went to, though its checkout had another commit", () => {
    const message = `deploy:back to ${one}`;
    const environment = { "git.head": other, "pulumi.flag.message": "set" };
    expect(deployedCommit(history(ended(other, { message, environment })))).toEqual({
      commit: one,
    });
    // The title of a commit is no message of an update.
    expect(deployedCommit(history(ended(other, { message })))).toEqual({ commit: other });
  });

  it.each([
    ["no update of the stack ended well yet", history()],
    [
      `the last update had files that were not committed, on top of ${"1".repeat(12)}`,
      history(ended(one, { environment: { "git.head": one, "git.dirty": "true" } })),
    ],
    [
      "the last update was made outside of a Git checkout",
      history(ended(one, { environment: {} }), ended(other)),
    ],
  ])("is not known: %s", (reason, updates) => {
    expect(deployedCommit(updates)).toEqual({ reason });
  });
});
