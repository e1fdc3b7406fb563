import { describe, expect, it } from "vitest";
import type { Event } from "../../../host/mover/events";
import { maxMoves, moveWindowMs } from "../../../host/mover/limits";
import { step } from "../../../host/mover/machine";
import { initialState, type State } from "../../../host/mover/state";

const self = 1;
const peer = 2;
/** An event without its time. */
type Timeless = Event extends infer E ? (E extends Event ? Omit<E, "nowMs"> : never) : never;

const owner = (serverId: number | null): Timeless => ({ type: "owner", serverId });
const probed = (answers: boolean): Timeless => ({ type: "probed", answers });
const failed = (refused = false): Timeless =>
  ({ type: "failed", reason: "no", random: 0.5, refused }) as Timeless;

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
      assign: [{ type: "assigned" }, failed(), failed(true)],
    };
    const now = state.busy ? answers[state.busy]! : [{ type: "tick" } as Timeless];
    const wish: Timeless = { type: "asked" };
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

  it("keeps one thing under way, moves only as master, and never falls asleep as master", () => {
    for (let seed = 1; seed <= 80; seed++) {
      const pick = sequence(seed);
      let state = initialState(self, peer, seed % 2 === 0);
      let now = 0;
      let asked = 0;
      for (let n = 0; n < 200; n++) {
        now += pick(5_000);
        const before = state;
        const event = anyEvent(pick, before);
        if (event.type === "asked") asked += 1;
        const result = step(before, { ...event, nowMs: now } as Event);
        state = result.state;
        const kinds = result.effects.map(({ type }) => type).filter((type) => type !== "log");
        expect(kinds.length).toBeLessThanOrEqual(1);
        if (kinds.includes("assign")) expect(state.vrrp).toBe("MASTER");
        if (state.vrrp === "MASTER" && !state.busy) expect(kinds).toEqual(["wake"]);
        const recent = state.movesMs.filter((time) => time > now - moveWindowMs);
        // What an operator asks for is done beyond the limit; it is asked for about every tenth time.
        expect(recent.length).toBeLessThanOrEqual(maxMoves + asked);
      }
    }
  });
});
