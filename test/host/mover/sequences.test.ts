import { describe, expect, it } from "vitest";
import { type Event, initialState, type State } from "../../../host/mover/state";
import { silentBeyondLimitMs } from "../../../host/mover/limits";
import { heldUntilMs } from "../../../host/mover/move-limit";
import { step } from "../../../host/mover/machine";
import { failed, owner, peer, probed, self, type Timeless } from "./play";

describe("every sequence of events", () => {
  /** Numbers that look random and are the same in each run (Numerical Recipes). */
  function sequence(seed: number) {
    let x = seed;
    return (below: number) => (x = (x * 1_664_525 + 1_013_904_223) >>> 0) % below;
  }

  function anyEvent(pick: (below: number) => number, state: State): Timeless {
    const words = ["MASTER", "BACKUP", "FAULT", "STOP"] as const;
    const answers: Record<string, Timeless[]> = {
      "read-owner": [owner(self), owner(peer), owner(null), owner(99), failed()],
      "probe-peer": [probed(true), probed(false)],
      assign: [{ type: "assigned" }, failed(), failed({ refused: true })],
    };
    const now = state.busy ? answers[state.busy]! : [{ type: "tick" } as Timeless];
    const wish: Timeless = { type: "requested" };
    const word: Timeless = { type: "moved" };
    const all = [
      ...now,
      ...now,
      wish,
      word,
      { type: "vrrp", state: words[pick(words.length)]! } as Timeless,
    ];
    return all[pick(all.length)]!;
  }

  /** Reasons for which the address is taken beyond the limit of moves: where it is, nobody is served, or it is planned. */
  const always = [
    "an operator ordered it",
    "no server has the address",
    "the other load balancer does not answer",
  ];

  /** A machine after each of 200 events that look random; with the state before and what it did. */
  function* walk(seed: number) {
    const pick = sequence(seed);
    let state = initialState(self, peer, seed % 2 === 0);
    let now = 0;
    for (let n = 0; n < 200; n++) {
      now += pick(5_000);
      const before = state;
      const event = { ...anyEvent(pick, before), nowMs: now } as Event;
      const after = step(before, event);
      state = after.state;
      yield { now, before, ...after };
    }
  }

  it("keeps one thing under way, moves only as master, and sleeps for good only as a standby that knows the owner", () => {
    for (let seed = 1; seed <= 80; seed++) {
      for (const { now, before, state, effects } of walk(seed)) {
        const kinds = effects.map(({ type }) => type).filter((type) => type !== "log");
        expect(kinds.length).toBeLessThanOrEqual(1);
        if (kinds.includes("assign")) expect(state.vrrp).toBe("MASTER");
        if (state.vrrp === "MASTER" && !state.busy) expect(kinds).toEqual(["wake"]);
        const isElsewhere = state.owner !== self && state.owner !== undefined && !state.assumed;
        if (state.vrrp !== "MASTER" && !state.busy)
          expect(kinds).toEqual(isElsewhere ? [] : ["wake"]);
        const taken = effects.find((effect) => effect.type === "assign");
        const isHeld = now < heldUntilMs(before.movesMs, now);
        if (taken && isHeld) expect(always).toContain(taken.reason);
      }
    }
  });

  /** Runs a machine whose peer is dead and has the address; resolves with the time until it takes it. */
  function timeUntilTaken(begun: State, begunMs: number): number {
    let now = begunMs;
    let { state, effects } = step(begun, { type: "vrrp", state: "MASTER", nowMs: now } as Event);
    for (let n = 0; n < 1_000; n++) {
      const [deed] = effects.filter(({ type }) => type !== "log");
      if (deed!.type === "assign") return now - begunMs;
      now += deed!.type === "wake" ? deed!.inMs : deed!.type === "probe-peer" ? 500 : 20;
      const answers: Record<string, Timeless> = {
        "read-owner": owner(peer),
        "probe-peer": probed(false),
        wake: { type: "tick" },
      };
      ({ state, effects } = step(state, { ...answers[deed!.type]!, nowMs: now } as Event));
    }
    throw new Error("never");
  }

  it("ends with the address here within seconds, if the other node is dead then", () => {
    for (let seed = 1; seed <= 80; seed++) {
      const { now, state } = [...walk(seed)].at(-1)!;
      const dead = { ...state, vrrp: "BACKUP", busy: undefined, owner: peer } as State;
      expect(timeUntilTaken(dead, now)).toBeLessThanOrEqual(silentBeyondLimitMs + 3_000);
    }
  });
});
