import { describe, expect, it } from "vitest";
import { drain, type Drainable } from "../src/drain";
import { Lifecycle } from "../src/lifecycle";
import { FakeClock } from "./support/fake-clock";

/** A server that is empty `busyMs` after it stopped listening. */
function server(clock: FakeClock, busyMs: number, events: string[]): Drainable {
  const begin = clock.now();
  const at = (): number => clock.now() - begin;
  let finish = (): void => undefined;
  let end = Infinity;
  return {
    close: (done) => {
      events.push(`close at ${at()}`);
      end = clock.now() + busyMs;
      finish = done;
    },
    closeIdleConnections: () => {
      if (clock.now() >= end) finish();
    },
    closeAllConnections: () => void events.push(`cut at ${at()}`),
  };
}

async function drained(busyMs: number) {
  const clock = new FakeClock();
  const [events, lines]: [string[], string[]] = [[], []];
  const lifecycle = new Lifecycle();
  const log = (_: string, event: string): void => void lines.push(event);
  await drain(server(clock, busyMs, events), { lifecycle, drainMs: 3000, clock, log });
  return { events, lines, lifecycle };
}

describe("drain", () => {
  it("keeps serving until the proxies have noticed, then lets requests end", async () => {
    const { events, lines, lifecycle } = await drained(1000);
    expect(lifecycle.reluctance).toBe("draining");
    expect(events[0]).toBe("close at 3000");
    expect(events[1]).toMatch(/^cut at 4[01]00$/);
    expect(lines).toEqual(["draining"]);
  });

  it("cuts requests that take longer than 20 seconds, and says so", async () => {
    const { events, lines } = await drained(60_000);
    expect(events).toEqual(["close at 3000", "cut at 23000"]);
    expect(lines).toEqual(["draining", "requests-cut"]);
  });
});
