import { describe, expect, it } from "vitest";
import {
  probeBeyondLimitMs,
  maxMoves,
  moveWindowMs,
  reconcileMs,
  silentBeyondLimitMs,
  watchMs,
} from "../../../host/mover/limits";
import { heldUntilMs } from "../../../host/mover/move-limit";
import type { State } from "../../../host/mover/state";
import { owner, peer, play, probed, serving, standby, type Timeless, vrrp } from "./play";

const stranger = owner(99);
const begunMs = 100_000;
/** Times of as many moves as the limit allows, the last one now. */
const movesMs = Array.from({ length: maxMoves }, (_, i) => begunMs - (maxMoves - 1 - i) * 60_000);
const atLimit = (state: State): State => ({ ...state, movesMs });
const look = (atMs: number) => [atMs, { type: "tick" }] as [number, Timeless];
const nextLook = begunMs + reconcileMs;

describe("the limit of moves", () => {
  it("leaves the address with a stranger after four moves in ten minutes, and ends", () => {
    const held = play(atLimit(serving()), look(nextLook), stranger);
    expect(held.deeds).toEqual(["wake"]);
    expect(held.log).toMatchObject([
      { level: 3, text: expect.stringMatching(/^4 moves in 10 min/) },
    ]);
    const until = heldUntilMs(movesMs, nextLook);
    expect(until).toBe(movesMs[0]! + moveWindowMs);
    expect(play(held.state, look(until - 1), stranger).deeds).toEqual(["wake"]);
    expect(play(held.state, look(until), stranger).deeds).toEqual(["assign"]);
  });

  it("says once that it holds, and goes on reading the owner", () => {
    const held = play(atLimit(serving()), look(nextLook), stranger);
    expect(held.inMs).toBe(reconcileMs);
    const again = play(held.state, look(nextLook + reconcileMs), stranger);
    expect(again.log).toEqual([]);
    expect(again.inMs).toBe(reconcileMs);
  });

  it("leaves the address with a peer that took it and serves", () => {
    expect(play(serving(), look(nextLook), owner(peer)).deeds).toEqual(["assign"]);
    const held = play(atLimit(serving()), look(nextLook), owner(peer));
    expect(held.deeds).toEqual(["probe-peer"]);
    const left = play(held.state, [nextLook, probed(true)]);
    expect(left.deeds).toEqual(["wake"]);
    expect(left.inMs).toBe(watchMs);
  });

  it("takes at once what nobody has", () => {
    expect(play(atLimit(serving()), look(nextLook), owner(null)).deeds).toEqual(["assign"]);
  });

  it("counts from one move to the next: of many, the last four hold", () => {
    const many = [...movesMs, begunMs + 1, begunMs + 2];
    expect(heldUntilMs(many, begunMs + 3)).toBe(many[2]! + moveWindowMs);
    expect(heldUntilMs(movesMs.slice(1), begunMs + 3)).toBe(begunMs + 3);
  });
});

describe("a dead peer beyond the limit of moves", () => {
  const master = play(atLimit(standby()), [begunMs, vrrp("MASTER")]).state;

  it("loses the address after five seconds of silence", () => {
    const first = play(master, [begunMs, probed(false)]);
    expect(first.deeds).toEqual(["read-owner"]);
    const sure = begunMs + silentBeyondLimitMs;
    const before = play(first.state, [begunMs, owner(peer)], [sure - 1, probed(false)]);
    expect(before.deeds).toEqual(["wake"]);
    expect(before.inMs).toBe(probeBeyondLimitMs);
    const { deeds } = play(before.state, look(sure - 1 + probeBeyondLimitMs), probed(false));
    expect(deeds).toEqual(["assign"]);
  });

  it("keeps it if it answers once meanwhile", () => {
    const sure = begunMs + silentBeyondLimitMs;
    const silent = play(master, [begunMs, probed(false)], owner(peer), [
      begunMs + 100,
      probed(true),
    ]);
    expect(play(silent.state, owner(peer), [sure, probed(false)]).deeds).toEqual(["read-owner"]);
  });

  it("loses it at once within the limit", () => {
    const within = { ...master, movesMs: movesMs.slice(1) };
    expect(play(within, [begunMs, probed(false)]).deeds).toEqual(["assign"]);
  });
});

describe("moves that an operator asked for", () => {
  it("are not counted", () => {
    const done = play(standby(), { type: "requested" }, vrrp("MASTER"), { type: "assigned" });
    expect(done.state.movesMs).toEqual([]);
    const unplanned = play(standby(), vrrp("MASTER"), probed(false), { type: "assigned" });
    expect(unplanned.state.movesMs).toHaveLength(1);
  });

  it("are made beyond the limit", () => {
    const requested = play(atLimit(standby()), [begunMs, { type: "requested" }], vrrp("MASTER"));
    expect(requested.deeds).toEqual(["assign"]);
  });

  it("do not make the next move one that was asked for", () => {
    const done = play(standby(), { type: "requested" }, vrrp("MASTER"), { type: "assigned" }).state;
    const later = play(done, look(nextLook), owner(null), { type: "assigned" });
    expect(later.state.movesMs).toHaveLength(1);
  });
});
