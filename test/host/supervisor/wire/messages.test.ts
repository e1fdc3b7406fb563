import { describe, expect, it } from "vitest";
import {
  type Answers,
  controlHandlers,
  peerHandlers,
} from "../../../../host/supervisor/wire/messages";
import { certificate, member, view } from "../support/node-state";

const nodes = ["db-1", "db-2", "db-3"];

/** Handlers of db-1, and what they were made to do. */
function handlers(overrides: Partial<Answers> = {}) {
  const done: string[] = [];
  const answers: Answers = {
    state: () => member("db-1", "PRIMARY"),
    isFresh: () => true,
    problem: () => undefined,
    adopt: ({ certificate: { epoch } }) => done.push(`adopt ${epoch}`),
    vote: ({ founder }) => {
      done.push(`vote ${founder}`);
      return { refusal: "", state: member("db-1", "PRIMARY") };
    },
    override: () => ({ accepted: false, reason: "db-1 is a member of a group" }),
    discard: () => done.push("discard"),
    announced: () => done.push("announced"),
    leaving: () => done.push("leaving"),
    ...overrides,
  };
  return { peer: peerHandlers(answers, nodes), control: controlHandlers(answers), done };
}

describe("messages between peers", () => {
  const record = { certificate: certificate(100), lastView: view("db-2", 3) };
  const request = { by: "db-3", founder: "db-3", epoch: 6, kind: "majority", lastView: null };

  it("have the name of the peer from its certificate, and no other", () => {
    const { peer, done } = handlers();
    expect(peer["/record"]!("db-2", record)).toMatchObject({ node: "db-1" });
    expect(peer["/vote"]!("db-2", request)).toMatchObject({ refusal: "", state: { node: "db-1" } });
    expect(peer["/change"]!("db-2", {})).toEqual({});
    expect(done).toEqual(["adopt 100", "vote db-2", "announced"]);
    expect(peer["/state"]!("db-2", undefined)).toMatchObject({ node: "db-1" });
  });

  it("do nothing with what does not fit", () => {
    const { peer, done } = handlers();
    for (const body of [undefined, {}, "x", { ...record, certificate: { epoch: 1 } }]) {
      expect(peer["/record"]!("db-2", body)).toBeUndefined();
      expect(peer["/vote"]!("db-2", body)).toBeUndefined();
    }
    expect(done).toEqual([]);
  });

  it("call nobody a member whose MySQL hangs", () => {
    const { peer, control } = handlers({ isFresh: () => false });
    const hanging = { ready: false, member: null };
    expect(peer["/state"]!("db-2", undefined)).toMatchObject(hanging);
    expect(control["GET /state"]!(undefined)).toMatchObject({ status: 200, body: hanging });
  });
});

describe("messages of root", () => {
  it("make ready for the stop of MySQL", () => {
    const { control, done } = handlers();
    expect(control["POST /leaving"]!(undefined)).toEqual({ status: 200, body: {} });
    expect(done).toEqual(["leaving"]);
    expect(control).not.toHaveProperty(["GET /leaving"]);
  });

  it("are an operator's words", () => {
    const { control, done } = handlers();
    expect(control["POST /override"]!({ consent: true })).toEqual({
      status: 200,
      body: { accepted: false, reason: "db-1 is a member of a group" },
    });
    expect(control["POST /discard"]!(undefined)).toEqual({ status: 200, body: {} });
    expect(done).toEqual(["discard"]);
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
