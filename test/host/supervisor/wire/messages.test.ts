import { describe, expect, it } from "vitest";
import {
  type Answers,
  controlHandlers,
  peerHandlers,
  viewIn,
} from "../../../../host/supervisor/wire/messages";
import { member, view } from "../support/node-state";

/** Handlers of db-1, and what they were made to do. */
function handlers(overrides: Partial<Answers> = {}) {
  const done: string[] = [];
  const answers: Answers = {
    state: () => member("db-1", "PRIMARY"),
    isFresh: () => true,
    problem: () => undefined,
    adopt: ({ primary }) => done.push(`adopt ${primary}`),
    claim: (by) => done.push(`claim ${by}`) > 0,
    release: (by) => done.push(`release ${by}`),
    announced: () => done.push("announced"),
    leaving: () => done.push("leaving"),
    ...overrides,
  };
  return { peer: peerHandlers(answers), control: controlHandlers(answers), done };
}

describe("messages between peers", () => {
  it("have the name of the peer from its certificate, and no other", () => {
    const { peer, done } = handlers();
    const asked = { by: "db-3", view: view("db-2", 3) };
    for (const path of ["/view", "/claim", "/release", "/change"]) {
      expect(peer[path]!("db-2", asked), path).toBeDefined();
    }
    expect(done).toEqual(["adopt db-2", "claim db-2", "release db-2", "announced"]);
  });

  it("answer with the state, and a claim with whether it is granted", () => {
    const { peer } = handlers({ claim: () => false });
    expect(peer["/state"]!("db-2", undefined)).toMatchObject({ node: "db-1" });
    expect(peer["/view"]!("db-2", { view: view("db-2", 3) })).toMatchObject({ node: "db-1" });
    expect(peer["/claim"]!("db-2", { view: null })).toMatchObject({
      granted: false,
      state: { node: "db-1" },
    });
  });

  it("do nothing with a view that does not fit", () => {
    const { peer, done } = handlers();
    for (const body of [undefined, {}, "x", { view: { primary: "db-2" } }]) {
      expect(peer["/view"]!("db-2", body)).toBeUndefined();
      expect(peer["/claim"]!("db-2", body)).toBeUndefined();
    }
    expect(peer["/view"]!("db-2", { view: null })).toBeUndefined();
    expect(done).toEqual([]);
  });

  it("call nobody a member whose MySQL hangs", () => {
    const { peer, control } = handlers({ isFresh: () => false });
    const hanging = { ready: false, member: null };
    expect(peer["/state"]!("db-2", undefined)).toMatchObject(hanging);
    expect(control["GET /state"]!(undefined)).toMatchObject({ status: 200, body: hanging });
  });
});

describe("a view in a body", () => {
  it("is taken with exactly its four parts", () => {
    expect(viewIn({ view: { ...view("db-1", 3, "100", 1), more: 1 } })).toEqual(
      view("db-1", 3, "100", 1),
    );
    expect(viewIn({ view: null })).toBeNull();
  });

  it.each([
    { primary: "" },
    { primary: 1 },
    { epoch: "x" },
    { epoch: "1".repeat(21) },
    { epoch: 100 },
    { counter: 0 },
    { counter: 1.5 },
    { turn: -1 },
    { turn: "0" },
  ])("does not fit with %j", (part) => {
    expect(viewIn({ view: { ...view("db-1", 3), ...part } })).toBeUndefined();
  });
});

describe("messages of root", () => {
  it("make ready for the stop of MySQL", () => {
    const { control, done } = handlers();
    expect(control["POST /leaving"]!(undefined)).toEqual({ status: 200, body: {} });
    expect(done).toEqual(["leaving"]);
    expect(control).not.toHaveProperty(["GET /leaving"]);
  });

  it("are told to be patient while the node is on its way, and not otherwise", () => {
    const health = (moving: boolean) =>
      handlers({ problem: () => ({ text: "copying data", moving }) }).control["GET /health"]!(0);
    expect(health(true)).toEqual({ status: 503, body: "copying data", retryAfterSeconds: 180 });
    expect(health(false)).toEqual({ status: 503, body: "copying data", retryAfterSeconds: 0 });
  });

  it("hear that the node is healthy without a problem, and not if MySQL hangs", () => {
    expect(handlers().control["GET /health"]!(0)).toEqual({ status: 200, body: "healthy" });
    const hanging = handlers({ isFresh: () => false }).control["GET /health"]!(0);
    expect(hanging).toMatchObject({ status: 503, body: "MySQL does not answer" });
  });
});
