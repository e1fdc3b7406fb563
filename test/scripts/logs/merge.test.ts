import { beforeEach, describe, expect, it } from "vitest";
import { Merge } from "../../../scripts/logs/merge";

let printed: string[];
let merge: Merge;
beforeEach(() => {
  printed = [];
  merge = new Merge(({ message }) => printed.push(message));
});
const add = (message: string, at: number, arrivedAt: number) =>
  merge.add({ node: "a", at, writer: "x", message }, arrivedAt);

describe("entries of several nodes", () => {
  it("are printed by their times, those of one time as they came", () => {
    add("third", 30, 1);
    add("first", 10, 2);
    add("second", 20, 3);
    add("second too", 20, 4);
    merge.flush();
    expect(printed).toEqual(["first", "second", "second too", "third"]);
  });

  it("wait for others for as long as they are told to", () => {
    add("late", 20, 100);
    add("early", 10, 250);
    merge.flush(50);
    expect(printed).toEqual([]);
    merge.flush(250);
    expect(printed).toEqual(["early", "late"]);
    merge.flush();
    expect(printed).toHaveLength(2);
  });
});
