import { describe, expect, it } from "vitest";
import { MoveWatch } from "../../../host/mover/api-client";

describe("the brokers' signs of life", () => {
  it("tell of a move to the other node, once", () => {
    const watch = new MoveWatch("lb-1");
    const told = [0, 1, 1].map((moves) => watch.isMoveByPeer({ run: "a", moves, by: "lb-2" }));
    expect(told).toEqual([false, true, false]);
  });

  it("tell nothing of the own moves", () => {
    const watch = new MoveWatch("lb-1");
    watch.isMoveByPeer({ run: "a", moves: 0 });
    expect(watch.isMoveByPeer({ run: "a", moves: 2, by: "lb-1" })).toBe(false);
  });

  it("tell nothing at the first word of a broker, or of one that was started anew", () => {
    const watch = new MoveWatch("lb-1");
    expect(watch.isMoveByPeer({ run: "a", moves: 7, by: "lb-2" })).toBe(false);
    expect(watch.isMoveByPeer({ run: "b", moves: 0 })).toBe(false);
    expect(watch.isMoveByPeer({ run: "b", moves: 1, by: "lb-2" })).toBe(true);
  });
});
