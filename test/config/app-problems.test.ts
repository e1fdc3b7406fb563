import { describe, expect, it } from "vitest";
import {
  connectionProblems,
  type ConnectionSettings,
  maxConnections,
} from "../../config/app-problems";
import { myCnf } from "../../services/mysql/my-cnf";

const worker = { name: "w", command: ["x"], nodes: "all" as const, processes: 1, stopSeconds: 30 };
const job = { name: "j", command: ["x"], calendar: [], timeoutSeconds: 60 };
const app = (overrides: Partial<ConnectionSettings> = {}): ConnectionSettings => ({
  count: 2,
  processes: 2,
  workers: [],
  cron: [],
  databasePool: 10,
  ...overrides,
});

describe("the connections of an app", () => {
  it("are counted against what MySQL really takes", () => {
    const args = { privateIp: "10.0.4.11", serverId: 1, groupName: "", bufferPoolMiB: 128 };
    expect(myCnf(args)).toContain(`max_connections = ${maxConnections}\n`);
  });

  it("may be all but those of the stack itself", () => {
    expect(connectionProblems(app({ databasePool: 120 }))).toEqual([]);
    expect(connectionProblems(app({ databasePool: 121 }))).toEqual([
      "webstack:app.databasePool times all processes of the app must be at most 480, got 2 nodes × 2 processes × 121 = 484; " +
        "each MySQL takes 500 connections and 20 are the stack's own: set app.databasePool to what a process opens at most, or lower app.processes",
    ]);
  });

  it("are those of workers and jobs too", () => {
    const workers = [
      { ...worker, processes: 3 },
      { ...worker, nodes: "one" as const },
      { ...worker, nodes: 4, processes: 2 },
    ];
    const [problem] = connectionProblems(app({ count: 5, workers, cron: [job], databasePool: 20 }));
    expect(problem).toContain(
      "got (5 nodes × 2 processes + 24 of workers + 1 of jobs) × 20 = 700;",
    );
  });
});
