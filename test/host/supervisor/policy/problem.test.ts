import { describe, expect, it } from "vitest";
import { monotonicMs } from "../../../../host/time/monotonic";
import { Progress } from "../../../../host/supervisor/observation/clone-progress";
import { problem } from "../../../../host/supervisor/policy/problem";
import { member, outside } from "../support/node-state";

const wait = { type: "wait", reason: "why" } as const;
const state = outside("db-1", { waiting: "why" });

/** A node on which so many copies began. */
function copied(times: number): Progress {
  const progress = new Progress();
  for (let copy = 1; copy <= times; copy++) progress.begin(monotonicMs());
  return progress;
}

describe("what keeps a node from being healthy", () => {
  it("is nothing for a member that is ONLINE", () => {
    expect(problem(member("db-1", "SECONDARY"), [], wait, new Progress())).toBeUndefined();
  });

  it("asks for patience while a copy is under way", () => {
    expect(problem(state, [], wait, copied(5))).toMatchObject({ moving: true });
  });

  it("asks for none if copies fail again and again, and says with what error", () => {
    expect(problem(state, [], wait, copied(6))).toEqual({
      text: "5 copies of the data have failed, the last one with no error",
      moving: false,
    });
  });

  it("does not blame copies for a member that catches up", () => {
    const catching = member("db-1", "SECONDARY", {
      member: { state: "RECOVERING", role: "SECONDARY" },
    });
    expect(problem(catching, [], wait, copied(6))).toMatchObject({ moving: true });
  });

  it("is what the node waits for if nothing moves", () => {
    const waiting = outside("db-1", { waiting: "db-2 was the last primary and cannot be seen" });
    expect(problem(waiting, [], wait, new Progress())).toEqual({
      text: "db-2 was the last primary and cannot be seen",
      moving: false,
    });
  });
});
