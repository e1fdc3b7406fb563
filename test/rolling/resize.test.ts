import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { changeMs, FakeStack } from "./support/fake-stack";

vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number) => new Promise((later) => globalThis.setTimeout(later, ms)),
}));
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Updates servers at once, as the engine does; resolves with what became of each. */
async function updated(stack: FakeStack, names: string[], minutes = 60): Promise<string[]> {
  const ends = names.map((name) =>
    stack.update(name, "cpx32").then(
      () => "done",
      (error: Error) => error.message,
    ),
  );
  await vi.advanceTimersByTimeAsync(minutes * 60_000);
  return Promise.all(ends);
}

describe("resizing", () => {
  it("takes one server of the stack at a time, the primary and the holder last in their tiers", async () => {
    const stack = new FakeStack();
    const names = ["db-1", "db-2", "db-3", "app-1", "app-2", "web-1", "web-2", "lb-1", "lb-2"];
    expect(await updated(stack, names)).toEqual(names.map(() => "done"));
    expect(stack.mostAway).toBe(1);
    expect(stack.log).toEqual([
      ...["lb-2 off", "lb-2 on", "address to lb-2", "lb-1 off", "lb-1 on"],
      ...["web-1 without work", "web-1 off", "web-1 on"],
      ...["web-2 without work", "web-2 off", "web-2 on"],
      ...["app-1 without work", "app-1 off", "app-1 on"],
      ...["app-2 without work", "app-2 off", "app-2 on"],
      ...["db-2 without work", "db-2 off", "db-2 on"],
      ...["db-3 without work", "db-3 off", "db-3 on"],
      ...["db-1 without work", "db-1 off", "db-1 on"],
    ]);
    expect(stack.lines.filter((line) => line.includes("in service again"))).toHaveLength(9);
  });

  it("has a host take its work back by itself, should nobody come back to it", async () => {
    const stack = new FakeStack();
    await updated(stack, ["web-1"]);
    expect(stack.hosts.told[0]).toMatch(
      /^web-1 .*systemd-run .*--on-active=30min systemctl start multi-user.target timers.target && sudo systemctl stop nginx.service && .*--on-active=15min /,
    );
    expect(stack.hosts.told[1]).toBe("web-1 sudo sync");
  });

  it("stops workers and jobs with the app, so that no power cut ends them", async () => {
    const stack = new FakeStack();
    await updated(stack, ["app-1"]);
    expect(stack.hosts.told.find((line) => line.startsWith("app-1 "))).toContain(
      "systemctl stop 'app@*.service' 'worker-*@*.service' 'cron-*.timer' 'cron-*.service' && ",
    );
  });

  it("begins nothing while another node of the tier is not in service", async () => {
    const stack = new FakeStack({ down: ["app-2"] });
    const [first] = await updated(stack, ["app-1"]);
    expect(first).toMatch(/^app-1 stays as it is: .*web-1 sends nothing to app-2/);
    expect(first).toMatch(/"resize app until <date>" in webstack:consent/);
    expect(stack.log).toEqual([]);
  });

  it("goes on once the other nodes are back", async () => {
    const stack = new FakeStack({ down: ["app-2"] });
    setTimeout(() => stack.hosts.down.delete("app-2"), 60_000);
    expect(await updated(stack, ["app-1"])).toEqual(["done"]);
  });

  it("resizes the only node that is left if the stack file says so", async () => {
    const stack = new FakeStack({ down: ["app-2"] }, ["app"]);
    expect(await updated(stack, ["app-1"])).toEqual(["done"]);
    expect(stack.lines.join("\n")).toMatch(/web-2 sends nothing to app-2; allowed/);
  });

  it("stops at the first server that does not come back, and says how to go on", async () => {
    const stack = new FakeStack();
    stack.sick.add("web-1");
    const [first, second, third] = await updated(stack, ["web-1", "web-2", "app-1"]);
    expect(first).toMatch(/^web-1 is a cpx32 now, but web-1 in service: not within 600 s/);
    expect(first).toMatch(/no other server was begun\. Mend the cause and run `pulumi up` again/);
    for (const other of [second, third]) expect(other).toMatch(/was not begun.*web-1 is a cpx32/);
    expect(stack.log).toEqual(["web-1 without work", "web-1 off", "web-1 on"]);
  });

  it("starts a server again that the cloud could not change, and stops there", async () => {
    const stack = new FakeStack();
    stack.refuses.add("app-1");
    const [first, second] = await updated(stack, ["app-1", "app-2"]);
    expect(first).toBe("cpx32 is sold out");
    expect(second).toMatch(/app-2 was not begun.*app-1: cpx32 is sold out/);
    expect(stack.log).toEqual(["app-1 without work", "app-1 off", "app-1 on"]);
    expect(stack.lines.at(-1)).toMatch(/^app-1: in service again, as cpx22; no other server/);
  });

  it("gives a server its work back if the cloud refused before it switched it off", async () => {
    const stack = new FakeStack();
    const node = stack.hosts.node("web-1");
    const begun = stack.resizing.begin(node, { from: "cpx22", to: "cpx32" });
    await vi.advanceTimersByTimeAsync(60_000);
    await begun;
    const failed = stack.resizing.fail(node, "locked");
    await vi.advanceTimersByTimeAsync(60_000);
    await failed;
    expect(stack.log).toEqual(["web-1 without work", "web-1 with work"]);
    expect(stack.turns.isOf("web-1")).toBe(false);
  });

  it("says that a server is not in service if it cannot be brought back", async () => {
    const stack = new FakeStack();
    stack.refuses.add("app-1");
    stack.sick.add("app-1");
    await updated(stack, ["app-1"]);
    expect(stack.lines.at(-1)).toMatch(
      /^app-1: is NOT in service: app-1 in service: not within 600 s/,
    );
  });

  it("gives the work back and stops if it cannot be taken away", async () => {
    const stack = new FakeStack();
    const passOn = stack.hosts.onCommand;
    stack.hosts.onCommand = (node, command) => {
      if (command.includes("sync")) throw new Error("the disk does not answer");
      passOn(node, command);
    };
    const [first, second] = await updated(stack, ["web-1", "web-2"]);
    expect(first).toBe("the disk does not answer");
    expect(second).toMatch(/web-2 was not begun.*the disk does not answer/);
    expect(stack.log).toEqual(["web-1 without work", "web-1 with work"]);
  });

  it("goes on with a server that an earlier run left switched off, before the others", async () => {
    const stack = new FakeStack();
    stack.power("web-2", false);
    stack.hosts.down.add("web-2");
    expect(await updated(stack, ["web-1", "web-2"])).toEqual(["done", "done"]);
    expect(stack.lines).toContain("web-2: is off, has no work");
    expect(stack.log.slice(1)).toEqual([
      ...["web-2 off", "web-2 on", "web-1 without work", "web-1 off", "web-1 on"],
    ]);
  });

  it("goes on with a server that an earlier run left without work, before the others", async () => {
    const stack = new FakeStack({ down: ["db-3"] });
    expect(await updated(stack, ["db-1", "db-2", "db-3"])).toEqual(["done", "done", "done"]);
    const off = stack.log.filter((line) => line.endsWith(" off"));
    expect(off).toEqual(["db-3 off", "db-2 off", "db-1 off"]);
  });

  it("does not switch off a server that has the type already", async () => {
    const stack = new FakeStack();
    stack.server("web-1").type = "cpx32";
    const [first, second] = await updated(stack, ["web-1", "web-2"]);
    expect(first).toMatch(/web-1 is a cpx32 already: .*run `pulumi up --refresh`/);
    expect(second).toMatch(/web-2 was not begun/);
    expect(stack.log).toEqual([]);
  });

  it("waits for a node that nobody knows yet only until it answers", async () => {
    const stack = new FakeStack({ unknown: ["app-2"] });
    expect(await updated(stack, ["app-2"], 10)).toEqual(["done"]);
    expect(stack.log).toContain("app-2 on");
  });

  it("takes a server's time and no more", async () => {
    const stack = new FakeStack();
    const begun = Date.now();
    let ended = 0;
    void stack.update("web-1", "cpx32").then(() => (ended = Date.now()));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(ended - begun).toBeLessThan(changeMs + 20_000);
  });
});
