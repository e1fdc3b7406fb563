import { beforeEach, describe, expect, it } from "vitest";
import { sampleSql } from "../../../scripts/restore/applier-watch";
import type { Machine } from "../../../scripts/restore/machine";
import { RestoredServer } from "../../../scripts/restore/restored-server";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const wanted = `${uuid}:1-7`;

/** What MySQL answers; a step is half a second. */
let gtidsAt: (step: number) => string;
let rowsAt: (step: number) => number;
let error: string;
let service: string;
let step: number;
let commands: string[];
let lines: string[];

const machine = {
  run: async (command: readonly string[], sql = "") => {
    commands.push(command[0] === "cat" ? command.join(" ") : sql);
    if (command[0] === "cat") return command[1]!.endsWith(".pid") ? "4711\n" : "4711 (mysqld) S 1";
    if (sql === sampleSql)
      return `${gtidsAt(step)}\t${rowsAt(step)}\t0\t0\t${service}\t${uuid}:7\taltering table\n`;
    return sql.startsWith("SELECT LAST_ERROR_MESSAGE") && error !== "" ? `${error}\n` : "";
  },
} as unknown as Machine;

function replayed(): Promise<void> {
  const time = { nowMs: () => step * 500, pause: async () => (step += 1) };
  return new RestoredServer(machine, "/there", time).replay(wanted, (line) => lines.push(line));
}

beforeEach(() => {
  [step, commands, lines, error, service] = [0, [], [], "", "ON"];
  gtidsAt = (at) => (at < 3_600 ? `${uuid}:1-6` : wanted);
  rowsAt = (at) => at;
});

describe("the log is replayed", () => {
  it("to its end, although one statement takes half an hour", async () => {
    await replayed();
    expect(step).toBe(3_600);
    expect(lines).toHaveLength(29);
    expect(lines[0]).toBe(`replays     ${uuid}:7 for 1 min, altering table`);
    expect(commands).toContain("cat /there/mysqld.pid");
    expect(commands).toContain("cat /proc/4711/stat");
    expect(commands.at(-1)).toBe("STOP REPLICA; RESET REPLICA ALL;");
  });

  it("not by an applier that shows no sign of work for ten minutes", async () => {
    rowsAt = () => 5;
    await expect(replayed()).rejects.toThrow(
      `the applier has done nothing for 10 min (${uuid}:7; altering table); it lacks ${uuid}:7`,
    );
    expect(step).toBe(1_201);
  });

  it("not by an applier with an error: it ends at once, with MySQL's message", async () => {
    [error, service] = ["Duplicate entry '7' for key 'entry.PRIMARY'", "OFF"];
    await expect(replayed()).rejects.toThrow(`the applier stopped: ${error}`);
    expect(step).toBe(0);
  });

  it("not by an applier that stopped without an error", async () => {
    service = "OFF";
    await expect(replayed()).rejects.toThrow(
      `the applier stopped without an error; it lacks ${uuid}:7`,
    );
  });

  it("not to another end", async () => {
    gtidsAt = () => `${uuid}:1-9`;
    await expect(replayed()).rejects.toThrow(`${uuid}:8-9 was applied besides`);
  });
});
