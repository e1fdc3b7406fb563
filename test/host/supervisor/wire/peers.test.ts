import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { Peers } from "../../../../host/supervisor/wire/peers";
import { certificate, member, view } from "../support/node-state";
import { nodes } from "./support/authority";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const others = nodes.slice(1);

/** The peers of db-1, each answering as it is told by path; with what was asked, and what was heard. */
function started(says: (node: string, path: string) => unknown) {
  const asked: [string, string, unknown, number?][] = [];
  const answers: NodeState[] = [];
  const signs: Record<string, () => void> = {};
  const peers = new Peers(
    others,
    ({ name }, onSign) => {
      signs[name] = onSign;
      return {
        ask: async (path, body, ...longest) => {
          asked.push([name, path, body, ...longest]);
          return says(name, path);
        },
      };
    },
    (state) => answers.push(state),
  );
  return { peers, asked, answers, signs };
}

describe("the peers", () => {
  it("are each asked again and again, and known for 1.5 s by what they said", async () => {
    let lives = true;
    const { peers, answers } = started((name) => (lives ? member(name, "SECONDARY") : undefined));
    peers.watch();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(answers.length).toBe(12);
    expect(peers.states().map(({ node }) => node)).toEqual(["db-2", "db-3"]);
    lives = false;
    await vi.advanceTimersByTimeAsync(1_300);
    expect(peers.states()).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(300);
    expect(peers.states()).toEqual([]);
  });

  it("get a request for one of them, and a name of none gets no answer", async () => {
    const { peers, asked } = started((name, path) => `${path} of ${name}`);
    expect(await peers.ask("db-3", "/hand-over", {}, 9_000)).toBe("/hand-over of db-3");
    expect(await peers.ask("db-9", "/hand-over", {}, 9_000)).toBeUndefined();
    expect(asked).toEqual([["db-3", "/hand-over", {}, 9_000]]);
  });

  it("are known by their last answer, also once it is old", async () => {
    let lives = true;
    const { peers } = started((name) =>
      lives && name === "db-2" ? member(name, "SECONDARY") : undefined,
    );
    peers.watch();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(peers.lastStates()).toMatchObject([
      { node: "db-2", state: { node: "db-2" }, isFresh: true },
      { node: "db-3", state: undefined, isFresh: false },
    ]);
    lives = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(peers.lastStates()[0]).toMatchObject({ state: { node: "db-2" }, isFresh: false });
  });

  it("are asked apart: one that does not answer delays no other", async () => {
    const never = new Promise(() => undefined);
    const { peers } = started((name) => (name === "db-2" ? never : member(name, "SECONDARY")));
    peers.watch();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(peers.states().map(({ node }) => node)).toEqual(["db-3"]);
  });

  it("say nothing of each other", async () => {
    const { peers, answers } = started(() => member("db-3", "PRIMARY"));
    peers.watch();
    await vi.advanceTimersByTimeAsync(100);
    expect(peers.states().map(({ node }) => node)).toEqual(["db-3"]);
    expect(answers).toHaveLength(1);
    const nonsense = started((name) => (name === "db-2" ? "db-2" : null));
    nonsense.peers.watch();
    await vi.advanceTimersByTimeAsync(100);
    expect(nonsense.peers.states()).toEqual([]);
  });

  it("are silent since their last sign of life", async () => {
    const { peers, signs } = started(() => undefined);
    await vi.advanceTimersByTimeAsync(700);
    signs["db-2"]!();
    peers.noteAlive("db-9");
    await vi.advanceTimersByTimeAsync(50);
    peers.noteAlive("db-3");
    expect(peers.silences()).toEqual([
      { address: "127.0.0.12", silentMs: 50 },
      { address: "127.0.0.13", silentMs: 0 },
    ]);
  });

  it("leave nothing unsure once each was heard, or gave no sign for as long as an answer counts", async () => {
    const says: Record<string, unknown> = {};
    const { peers, signs } = started((name) => says[name]);
    const isSure = () => peers.areOthersAccountedFor("db-2");
    await vi.advanceTimersByTimeAsync(1_500);
    expect(isSure()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isSure()).toBe(true);
    signs["db-2"]!();
    expect(isSure()).toBe(true);
    signs["db-3"]!();
    expect(isSure()).toBe(false);
    says["db-3"] = member("db-3", "SECONDARY");
    peers.watch();
    await vi.advanceTimersByTimeAsync(10);
    expect(isSure()).toBe(true);
  });

  it("are told of a group and its primary, and what they answer is known", async () => {
    const { peers, asked } = started((name) => member(name, "SECONDARY"));
    const record = { certificate: certificate(100), lastView: view("db-1", 3) };
    expect(peers.answeredCount()).toBe(0);
    peers.sendRecord(record);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked[0]).toEqual(["db-2", "/record", record]);
    expect(peers.states()).toHaveLength(2);
    expect(peers.answeredCount()).toBe(2);
  });

  it("vote each for itself", async () => {
    const { peers, asked } = started((name) => ({
      refusal: name === "db-3" ? "" : "db-2 is in a group",
      state: member(name, "SECONDARY"),
    }));
    const request = { epoch: 6, kind: "majority", lastView: null, certificate: null } as const;
    const answers = await peers.vote(request);
    expect(answers.map(({ refusal, state }) => [state.node, refusal])).toEqual([
      ["db-2", "db-2 is in a group"],
      ["db-3", ""],
    ]);
    expect(asked[0]).toEqual(["db-2", "/vote", request]);
    const forged = started(() => ({ refusal: "", state: member("db-2", "SECONDARY") }));
    expect((await forged.peers.vote(request)).map(({ state }) => state.node)).toEqual(["db-2"]);
    const odd = started(() => ({ state: member("db-2", "SECONDARY") }));
    expect(await odd.peers.vote(request)).toEqual([]);
  });

  it("are told of a change", async () => {
    const { peers, asked } = started(() => ({}));
    peers.announce();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.map(([name, path]) => `${name}${path}`)).toEqual(["db-2/change", "db-3/change"]);
  });
});
