import { describe, expect, it } from "vitest";
import { Actions, sequence, type Task } from "../actions";
import { Store } from "../store";
import { TestClock } from "./support/test-clock";

const task: Task = { project: "p", command: "change_protection", resources: [] };

describe("an action", () => {
  it("ends with its work, not before", async () => {
    const clock = new TestClock();
    const actions = new Actions(new Store(), "async", clock);
    let finish!: () => void;
    const work = () => new Promise<void>((resolve) => (finish = resolve));
    const action = await actions.start({ ...task, work });
    await clock.pass(60_000);
    expect(action.status).toBe("running");
    finish();
    await actions.idle();
    expect(action.status).toBe("success");
  });

  it("runs 150 ms at least, so that clients see it", async () => {
    const clock = new TestClock();
    const action = await new Actions(new Store(), "async", clock).start(task);
    await clock.pass(149);
    expect(action.status).toBe("running");
    await clock.pass(1);
    expect(action.status).toBe("success");
  });

  it("has ended in the answer in instant mode", async () => {
    const action = await new Actions(new Store(), "instant", new TestClock()).start(task);
    expect(action.status).toBe("success");
  });

  it("does what follows a success or a failure, not both", async () => {
    const seen: string[] = [];
    const actions = new Actions(new Store(), "instant", new TestClock());
    const after = { done: () => seen.push("done"), failed: () => seen.push("failed") };
    await actions.start({ ...task, ...after, work: async () => undefined });
    expect(seen).toEqual(["done"]);
    await actions.start({ ...task, ...after, work: () => Promise.reject(new Error("no")) });
    expect(seen).toEqual(["done", "failed"]);
  });
});

describe("a sequence", () => {
  it("runs one work after the other, and none after a failure", async () => {
    const seen: number[] = [];
    const inOrder = sequence();
    const step = (n: number) => inOrder(async () => seen.push(n));
    const results = [
      inOrder(() => new Promise((resolve) => setImmediate(resolve)).then(() => seen.push(1))),
      step(2),
      inOrder(() => Promise.reject(new Error("broken"))),
      step(4),
    ];
    const settled = await Promise.allSettled(results);
    expect(seen).toEqual([1, 2]);
    expect(settled.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
    ]);
  });
});
