import { describe, expect, it } from "vitest";
import type { Callers } from "../../../../host/supervisor/core/node-state";
import { AppMoves } from "../../../../host/supervisor/policy/app-moves";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Whether moves at these times are allowed, each of another view. */
function taken(moves: AppMoves, callers: Callers, times: readonly number[]): boolean[] {
  return times.map((at) => moves.take(`100:5:${at}`, callers, at));
}

describe("moves that app nodes ask for", () => {
  it("are two in ten minutes", () => {
    const times = [0, minute, 2 * minute, 10 * minute - 1, 10 * minute];
    const allowed = [true, true, false, false, true];
    expect(taken(new AppMoves(), "most", times)).toEqual(allowed);
    expect(taken(new AppMoves(), "few", times)).toEqual(allowed);
  });

  it("are four a day if few ask for them, and without such a bound if most do", () => {
    const times = [0, hour, 2 * hour, 3 * hour, 4 * hour, day - 1, day];
    expect(taken(new AppMoves(), "few", times)).toEqual([
      ...[true, true, true, true],
      ...[false, false, true],
    ]);
    expect(taken(new AppMoves(), "most", times)).not.toContain(false);
  });

  it("of few leave most their own", () => {
    const moves = new AppMoves();
    expect(taken(moves, "few", [0, 1, 2])).toEqual([true, true, false]);
    expect(taken(moves, "most", [3, 4, 5])).toEqual([true, true, false]);
  });

  it("count once for each view that they end", () => {
    const moves = new AppMoves();
    for (const at of [0, 1, 2, 3]) expect(moves.take("100:5:0", "few", at)).toBe(true);
    expect(moves.recent(4)).toEqual([{ ended: "100:5:0", callers: "few", ageMs: 4 }]);
  });

  it("count on the next primary too, whose clock began elsewhere", () => {
    const [first, second] = [new AppMoves(), new AppMoves()];
    taken(first, "few", [5 * hour, 5 * hour + minute]);
    const heardAt = 7_000;
    second.merge(first.recent(5 * hour + 2 * minute), heardAt);
    expect(second.recent(heardAt).map(({ ageMs }) => ageMs)).toEqual([2 * minute, minute]);
    expect(taken(second, "few", [heardAt, heardAt + 8 * minute])).toEqual([false, true]);
  });

  it("come back to a supervisor that was started again, and grow no younger by it", () => {
    const [first, peer, again] = [new AppMoves(), new AppMoves(), new AppMoves()];
    taken(first, "few", [0]);
    peer.merge(first.recent(100), 100);
    again.merge(peer.recent(minute), minute);
    peer.merge(again.recent(hour), hour);
    expect(peer.recent(hour)).toMatchObject([{ ageMs: hour }]);
    again.merge(undefined, hour);
    expect(again.recent(hour)).toHaveLength(1);
  });

  it("are forgotten after a day", () => {
    const moves = new AppMoves();
    taken(moves, "few", [0]);
    expect(moves.recent(day - 1)).toHaveLength(1);
    expect(moves.recent(day)).toEqual([]);
  });
});
