import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SlotFiller, slapArguments } from "../../../../host/supervisor/xcom/slot-filler";

/** A program that runs until the test ends it. */
class Program extends EventEmitter {
  readonly stderr = new EventEmitter();
  readonly signals: string[] = [];
  kill(signal: string): void {
    this.signals.push(signal);
  }
}

const programs = vi.hoisted(() => [] as unknown[]) as Program[];
vi.mock("node:child_process", () => ({
  spawn: () => {
    const program = new Program();
    programs.push(program);
    return program as unknown as ChildProcess;
  },
}));

describe("the program that fills places", () => {
  it("makes and drops no schema, and uses one that each user may enter", () => {
    expect(slapArguments).toContain("--no-drop");
    expect(slapArguments).toContain("--create-schema=information_schema");
    expect(slapArguments.join(" ")).not.toMatch(/--create=|auto-generate/);
  });

  it("sends messages, spread over time, and changes no data", () => {
    expect(slapArguments).toContain(
      "--query=SET SESSION group_replication_consistency = 'BEFORE';DO SLEEP(2 * POW(RAND(), 3));BEGIN;COMMIT",
    );
  });

  it("has more sessions than there are places, for as long as it may run", () => {
    expect(slapArguments).toContain("--concurrency=30");
    expect(slapArguments).toContain(`--number-of-queries=${30 * 10 * 4}`);
  });
});

describe("SlotFiller", () => {
  beforeEach(() => {
    programs.splice(0);
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  it("are filled by one program after the other for as long as is wanted", () => {
    const places = new SlotFiller();
    places.keep(false);
    expect(programs).toHaveLength(0);
    places.keep(true);
    places.keep(true);
    expect(programs).toHaveLength(1);
    programs[0]!.emit("close", 0);
    places.keep(true);
    expect(programs).toHaveLength(2);
    expect(programs[1]!.signals).toEqual([]);
    places.keep(false);
    expect(programs[1]!.signals).toEqual(["SIGKILL"]);
  });

  it("are filled anew at once after a program that was ended", () => {
    const places = new SlotFiller();
    places.keep(true);
    places.keep(false);
    places.keep(true);
    expect(programs).toHaveLength(1);
    programs[0]!.emit("close", null, "SIGKILL");
    places.keep(true);
    expect(programs).toHaveLength(2);
  });

  it("are left for half a minute after a program that failed, which is said", () => {
    const log = vi.spyOn(console, "log").mockReturnValue();
    const places = new SlotFiller();
    places.keep(true);
    programs[0]!.stderr.emit("data", Buffer.from("no socket\n"));
    programs[0]!.emit("close", 1);
    expect(log.mock.calls.join()).toMatch(/mysqlslap failed: no socket/);
    vi.advanceTimersByTime(29_999);
    places.keep(true);
    expect(programs).toHaveLength(1);
    vi.advanceTimersByTime(1);
    places.keep(true);
    expect(programs).toHaveLength(2);
    log.mockRestore();
  });
});
