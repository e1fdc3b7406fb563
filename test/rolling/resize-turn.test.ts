import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeStack } from "./support/fake-stack";

vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number) => new Promise((later) => globalThis.setTimeout(later, ms)),
}));
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Updates servers at once; resolves with what became of each. */
async function updated(stack: FakeStack, names: string[]): Promise<string[]> {
  const ends = names.map((name) =>
    stack.update(name, "cpx32").then(
      () => "done",
      (error: Error) => error.message,
    ),
  );
  await vi.advanceTimersByTimeAsync(3_600_000);
  return Promise.all(ends);
}
/** What the load balancers were told about the turn, each run of the same kind once. */
function told(stack: FakeStack): string[] {
  const kinds = stack.hosts.turnAsked.map((one) => (one.includes("&& rm ") ? "free" : "held"));
  return kinds.filter((kind, i) => kind !== kinds[i - 1]);
}
const held = "held by npm run patch of ann at desk\n";

describe("a resize beside another command", () => {
  it("is refused while that one has the turn, before anything is disturbed", async () => {
    const stack = new FakeStack();
    stack.hosts.turnAnswer = held;
    const [first, second] = await updated(stack, ["web-1", "app-1"]);
    expect(first).toMatch(/another command disturbs the stack now \(npm run patch of ann at desk/);
    expect(second).toMatch(/app-1 was not begun/);
    expect(stack.log).toEqual([]);
  });

  it("has the turn from the first server to the last, and gives it back", async () => {
    const stack = new FakeStack();
    expect(await updated(stack, ["web-1", "web-2", "app-1"])).toEqual(["done", "done", "done"]);
    expect(told(stack)).toEqual(["held", "free"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("takes the turn anew for a server that begins after the last one", async () => {
    const stack = new FakeStack();
    await updated(stack, ["web-1"]);
    expect(await updated(stack, ["web-2"])).toEqual(["done"]);
    expect(told(stack)).toEqual(["held", "free", "held", "free"]);
  });

  it.each(["refuses", "sick"] as const)("gives the turn back after a failure: %s", async (kind) => {
    const stack = new FakeStack();
    stack[kind].add("web-1");
    const [first] = await updated(stack, ["web-1", "web-2"]);
    expect(first).not.toBe("done");
    expect(told(stack)).toEqual(["held", "free"]);
  });

  it("does not cut the power if that one took the turn during the drain", async () => {
    const stack = new FakeStack();
    const passOn = stack.hosts.onCommand;
    stack.hosts.onCommand = (node, command) => {
      passOn(node, command);
      if (command.includes("sync")) stack.hosts.turnAnswer = held;
    };
    const [first] = await updated(stack, ["web-1"]);
    expect(first).toMatch(/another command disturbs the stack/);
    expect(stack.log).toEqual(["web-1 without work"]);
  });

  it("uses the turn of the command that runs it, and does not give it back", async () => {
    const stack = new FakeStack({}, [], "id-of-roll");
    expect(await updated(stack, ["web-1"])).toEqual(["done"]);
    expect(stack.hosts.turnAsked.every((one) => one.includes(" id-of-roll "))).toBe(true);
    expect(told(stack)).toEqual(["held"]);
  });

  it("goes on without a load balancer that answers: it may be the one that is off", async () => {
    const stack = new FakeStack({ unknown: ["lb-1"] }, ["lb"]);
    for (const name of ["lb-1", "lb-2"]) stack.power(name, false);
    await updated(stack, ["lb-1"]);
    expect(stack.lines.join("\n")).toMatch(/goes on without the turn: no load balancer answers/);
    expect(stack.log).toContain("lb-1 on");
  });
});
