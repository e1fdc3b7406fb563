import { describe, expect, it } from "vitest";
import { isLater, isConflicting, ownView } from "../../../../host/supervisor/core/certificate";
import { latestPrimaries } from "../../../../host/supervisor/core/node-state";
import { outside, view } from "../support/node-state";

describe("views", () => {
  it("rise by epoch, then by counter, then by turn", () => {
    expect(isLater(view("x", 1, 101), view("x", 9, 100))).toBe(true);
    expect(isLater(view("x", 10), view("x", 9))).toBe(true);
    expect(isLater(view("x", 9, 100, 1), view("x", 9))).toBe(true);
    expect(isLater(view("x", 9), view("x", 9))).toBe(false);
    expect(isLater(null, null)).toBe(false);
    expect(isLater(view("x", 1), null)).toBe(true);
  });

  it("are rivals with the same rank and different primaries", () => {
    expect(isConflicting(view("db-1", 5), view("db-2", 5))).toBe(true);
    expect(isConflicting(view("db-1", 5), view("db-2", 4))).toBe(false);
    expect(isConflicting(view("db-1", 5), view("db-1", 5))).toBe(false);
  });

  it("are told by the primary alone, when they say something new", () => {
    const seen = { primary: "db-1", epoch: 100, counter: 5 };
    expect(ownView("db-2", seen, null)).toBeUndefined();
    expect(ownView("db-1", seen, null)).toEqual(view("db-1", 5));
    expect(ownView("db-1", seen, view("db-1", 5))).toBeUndefined();
    expect(ownView("db-1", seen, view("db-2", 6))).toBeUndefined();
    expect(ownView("db-1", seen, view("db-2", 4, 100, 3))).toEqual(view("db-1", 5));
  });

  it("rise with a planned switch, which leaves the view as it is", () => {
    const seen = { primary: "db-1", epoch: 100, counter: 5 };
    const after = ownView("db-1", seen, view("db-2", 5, 100, 1))!;
    expect(after).toEqual(view("db-1", 5, 100, 2));
    expect(isLater(after, view("db-2", 5, 100, 1))).toBe(true);
  });

  it("rise when a peer knows one of the same rank with another primary", () => {
    const seen = { primary: "db-1", epoch: 100, counter: 5 };
    const own = view("db-1", 5);
    expect(ownView("db-1", seen, own, view("db-3", 5))).toEqual(view("db-1", 5, 100, 1));
    expect(ownView("db-1", seen, own, view("db-3", 4))).toBeUndefined();
    expect(ownView("db-3", seen, view("db-3", 5), own)).toBeUndefined();
  });

  it("name the last primaries", () => {
    const states = [view("db-1", 4), view("db-2", 5), view("db-3", 5)].map((lastView, i) =>
      outside(`db-${i}`, { lastView }),
    );
    expect(latestPrimaries(states)).toEqual(["db-2", "db-3"]);
    expect(latestPrimaries([outside("db-1")])).toEqual([]);
  });
});
