import { describe, expect, it } from "vitest";
import {
  type SupervisorCalls,
  controlHandlers,
  peerHandlers,
} from "../../../../host/supervisor/wire/serve";
import { certificate, member, view } from "../support/node-state";

/** Handlers of db-1, and what they were made to do. */
function handlers(overrides: Partial<SupervisorCalls> = {}) {
  const done: string[] = [];
  const answers: SupervisorCalls = {
    state: () => member("db-1", "PRIMARY"),
    isFresh: () => true,
    problem: () => undefined,
    writes: () => ({ servesWrites: true, noWrites: "" }),
    adopt: ({ certificate: { epoch }, lastView }) =>
      done.push(`adopt ${epoch} ${JSON.stringify(lastView)}`),
    vote: ({ founder }) => {
      done.push(`vote ${founder}`);
      return { refusal: "", state: member("db-1", "PRIMARY") };
    },
    override: () => ({ accepted: false, reason: "db-1 is a member of a group" }),
    handOver: (body) => {
      done.push(`hand over ${JSON.stringify(body)}`);
      return Promise.resolve({ status: 200, body: {} });
    },
    handOverHere: (body) => {
      done.push(`hand over here ${JSON.stringify(body)}`);
      return Promise.resolve({ status: 409, body: { refusal: "no" } });
    },
    discard: () => done.push("discard"),
    announced: () => done.push("announced"),
    leaving: () => done.push("leaving"),
    ...overrides,
  };
  return { peer: peerHandlers(answers), control: controlHandlers(answers), done };
}

describe("messages between peers", () => {
  const record = { certificate: certificate(100), lastView: view("db-2", 3) };
  const request = { by: "db-3", founder: "db-3", epoch: 6, kind: "majority", lastView: null };

  it("have the name of the peer from its certificate, and no other", () => {
    const { peer, done } = handlers();
    expect(peer["/record"]!("db-2", record)).toMatchObject({ node: "db-1" });
    expect(peer["/vote"]!("db-2", request)).toMatchObject({ refusal: "", state: { node: "db-1" } });
    expect(peer["/change"]!("db-2", {})).toEqual({});
    const adopted = `adopt 100 ${JSON.stringify(view("db-2", 3))}`;
    expect(done).toEqual([adopted, "vote db-2", "announced"]);
    expect(peer["/state"]!("db-2", undefined)).toMatchObject({ node: "db-1" });
  });

  it("answer a vote that is refused with why", () => {
    const answer = { refusal: "db-1 is in a group", state: member("db-1", "PRIMARY") };
    const { peer } = handlers({ vote: () => answer });
    expect(peer["/vote"]!("db-2", request)).toEqual(answer);
  });

  it("take a view with exactly its four parts, or none", () => {
    const { peer, done } = handlers();
    const lastView = { ...view("db-1", 3, 100, 1), more: 1 };
    peer["/record"]!("db-2", { ...record, lastView });
    peer["/record"]!("db-2", { ...record, lastView: null });
    expect(done).toEqual([
      `adopt 100 ${JSON.stringify(view("db-1", 3, 100, 1))}`,
      "adopt 100 null",
    ]);
  });

  it.each([
    { primary: "" },
    { primary: 1 },
    { primary: "10.0.4.19" },
    { epoch: "100" },
    { epoch: 0 },
    { epoch: 2 ** 53 },
    { counter: 0 },
    { counter: 1.5 },
    { turn: -1 },
    { turn: "0" },
  ])("do nothing with a view with %j", (part) => {
    const { peer, done } = handlers();
    const lastView = { ...view("db-1", 3), ...part };
    expect(peer["/record"]!("db-2", { ...record, lastView })).toBeUndefined();
    expect(peer["/vote"]!("db-2", { ...request, lastView })).toBeUndefined();
    expect(done).toEqual([]);
  });

  it("do nothing with what does not fit", () => {
    const { peer, done } = handlers();
    for (const body of [undefined, {}, "x", { ...record, certificate: { epoch: 1 } }]) {
      expect(peer["/record"]!("db-2", body)).toBeUndefined();
      expect(peer["/vote"]!("db-2", body)).toBeUndefined();
    }
    expect(done).toEqual([]);
  });

  it("ask for a switch of this node's role, which no third node gets", async () => {
    const { peer, done } = handlers();
    const answer = { status: 409, body: { refusal: "no" } };
    expect(await peer["/hand-over"]!("db-2", { to: "db-3" })).toEqual(answer);
    expect(done).toEqual(['hand over here {"to":"db-3"}']);
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

  it("ask for a switch of the primary, to a node if one is named", async () => {
    const { control, done } = handlers();
    expect(control).not.toHaveProperty(["GET /hand-over"]);
    expect(await control["POST /hand-over"]!({ to: "db-2" })).toEqual({ status: 200, body: {} });
    expect(done).toEqual(['hand over {"to":"db-2"}']);
  });

  it("ask for the state, with whether writes go to the node", () => {
    const writes = { servesWrites: false, noWrites: "1 of 3 nodes confirm it" };
    const { control, peer } = handlers({ writes: () => writes });
    expect(control["GET /state"]!(undefined)).toMatchObject({ body: { node: "db-1", ...writes } });
    expect(peer["/state"]!("db-2", undefined)).not.toHaveProperty("servesWrites");
  });

  it("are an operator's words", () => {
    const { control, done } = handlers();
    expect(control).not.toHaveProperty(["GET /override"]);
    expect(control).not.toHaveProperty(["GET /discard"]);
    expect(control["POST /override"]!({ consent: true })).toEqual({
      status: 200,
      body: { accepted: false, reason: "db-1 is a member of a group" },
    });
    expect(control["POST /discard"]!(undefined)).toEqual({ status: 200, body: {} });
    expect(done).toEqual(["discard"]);
    const taken = { accepted: true, reason: "db-1 founds the group" };
    const willing = handlers({ override: () => taken }).control;
    expect(willing["POST /override"]!(undefined)).toEqual({ status: 200, body: taken });
  });

  it("are told to be patient while the node is on its way, and not otherwise", () => {
    const health = (moving: boolean) =>
      handlers({ problem: () => ({ text: "cloning data", moving }) }).control["GET /health"]!(0);
    expect(health(true)).toEqual({ status: 503, body: "cloning data", retryAfterSeconds: 180 });
    expect(health(false)).toEqual({ status: 503, body: "cloning data", retryAfterSeconds: 0 });
  });

  it("hear that the node is healthy without a problem, and not if MySQL hangs", () => {
    expect(handlers().control["GET /health"]!(0)).toEqual({ status: 200, body: "healthy" });
    const hanging = handlers({ isFresh: () => false }).control["GET /health"]!(0);
    expect(hanging).toMatchObject({ status: 503, body: "MySQL does not answer" });
  });
});
