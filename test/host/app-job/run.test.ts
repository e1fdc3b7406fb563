import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Running } from "../../../host/app-job/command";
import { runJob } from "../../../host/app-job/run";
import { claimSql } from "../../../host/app-job/run-table";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const mine = { mine: true, state: "running", node: "app-1" };

/** A run of a job on a clock of the test; `takes` are the command's seconds, `status` what it ends with. */
function trial({ takes = 5, status = 0, stubborn = false } = {}) {
  const lines: string[] = [];
  const ends: [string, number, number][] = [];
  let systemd: () => void = () => undefined;
  const stopRequested = new Promise<void>((resolve) => (systemd = resolve));
  const table = {
    claim: vi.fn(() => Promise.resolve(mine)),
    renew: vi.fn(() => Promise.resolve(true)),
    end: vi.fn((state: string, ended: number) => {
      ends.push([state, ended, Date.now() / 1_000]);
      return Promise.resolve();
    }),
  };
  const start = vi.fn((): Running => {
    let finish: (value: number) => void = () => undefined;
    const ended = new Promise<number>((resolve) => (finish = resolve));
    void wait(takes * 1_000).then(() => finish(status));
    return { ended, terminate: () => stubborn || finish(143), kill: () => finish(137) };
  });
  const around = {
    now: () => Date.now(),
    pause: wait,
    stopRequested,
    alive: () => undefined,
    say: (_: number, text: string) => void lines.push(text),
    start,
  };
  return { lines, ends, table, start, systemd, run: () => runJob(table, 3_600, around) };
}

async function after(seconds: number, running: Promise<number>): Promise<number> {
  await vi.advanceTimersByTimeAsync(seconds * 1_000);
  return Promise.race([running, Promise.resolve(-1)]);
}

describe("a run of a job", () => {
  it("is written down with how it ended", async () => {
    for (const [status, state] of [
      [0, "done"],
      [3, "failed"],
    ] as const) {
      const { run, ends } = trial({ status });
      expect(await after(10, run())).toBe(status);
      expect(ends.map(([name, ended]) => [name, ended])).toEqual([[state, status]]);
    }
  });

  it.each([
    [{ mine: false, state: "running", node: "app-2" }, "nothing to do here: running on app-2"],
    [{ mine: false, state: "skipped", node: "app-1" }, "skipped: the previous run has not ended"],
  ])(
    "is not started when it is another node's, or the one before goes on: %o",
    async (claim, word) => {
      const { run, table, start, lines } = trial();
      table.claim.mockResolvedValue(claim);
      expect(await after(1, run())).toBe(0);
      expect(start).not.toHaveBeenCalled();
      expect(lines).toEqual([word]);
    },
  );

  it("waits for a switch of the primary, and makes sure of its sign of life", async () => {
    const { run, table, start } = trial();
    for (let i = 0; i < 20; i++) table.claim.mockRejectedValueOnce(new Error("no primary"));
    expect(await after(30, run())).toBe(0);
    expect(start).toHaveBeenCalledOnce();
    expect(table.renew).toHaveBeenCalled();
  });

  it("is not started without the database", async () => {
    const { run, table, start, lines } = trial();
    table.claim.mockRejectedValue(new Error("no primary"));
    expect(await after(62, run())).toBe(1);
    expect(start).not.toHaveBeenCalled();
    expect(lines).toEqual(["not started: no primary"]);
  });

  it("goes on through a switch of the primary", async () => {
    const { run, table, ends } = trial({ takes: 100 });
    const running = run();
    await after(15, running);
    table.renew.mockRejectedValue(new Error("no primary"));
    await after(40, running);
    table.renew.mockResolvedValue(true);
    expect(await after(60, running)).toBe(0);
    expect(ends[0]![0]).toBe("done");
  });

  it("is ended within 90 s of its last sign of life, before it counts as lost", async () => {
    const { run, table, lines, ends } = trial({ takes: 1_000, stubborn: true });
    const running = run();
    await after(15, running);
    table.renew.mockRejectedValue(new Error("no primary"));
    expect(await after(75, running)).toBe(137);
    expect(lines.at(-1)).toBe("ended by silence of the database");
    expect(ends[0]![2]).toBeLessThanOrEqual(10 + 60 + 10);
  });

  it("ends at once when it counts as lost", async () => {
    const { run, table, lines } = trial({ takes: 1_000, stubborn: true });
    const running = run();
    table.renew.mockResolvedValueOnce(true).mockResolvedValue(false);
    expect(await after(21, running)).toBe(137);
    expect(lines.at(-1)).toBe("ended by another node");
  });

  it("has its time and no more", async () => {
    const { run, ends } = trial({ takes: 10_000 });
    expect(await after(3_601, run())).toBe(143);
    expect(ends[0]!.slice(0, 2)).toEqual(["stopped", 143]);
  });

  it("is ended with its node", async () => {
    const { run, systemd, ends } = trial({ takes: 1_000 });
    const running = run();
    await after(5, running);
    systemd();
    expect(await after(1, running)).toBe(143);
    expect(ends[0]![0]).toBe("stopped");
  });
});

describe("the claim of a run", () => {
  const own = { job: "report", due: "2026-03-29 01:30:00", node: "app-1", token: "t1" };
  const statements = claimSql(own).split(";\n");

  it("is one transaction, in which the job's row is locked first", () => {
    const verbs = statements.map((sql) => sql.split(" ")[0]);
    expect(verbs).toEqual([
      ...["START", "INSERT", "SELECT", "UPDATE", "INSERT", "DELETE", "COMMIT", "SELECT"],
    ]);
    expect(statements[2]).toContain("name = 'cron report' FOR UPDATE");
  });

  it("changes nothing where the run is another one's, or its own already", () => {
    expect(statements[4]).toContain(
      "ON DUPLICATE KEY UPDATE webstack_jobs.job = webstack_jobs.job",
    );
  });

  it("takes a run for lost that showed no life for two minutes, or was the own node's", () => {
    expect(statements[3]).toContain(
      "AND (alive < UTC_TIMESTAMP(3) - INTERVAL 120 SECOND OR node = 'app-1' AND token <> 't1')",
    );
  });
});
