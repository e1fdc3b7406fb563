import { describe, expect, it } from "vitest";
import { Heartbeat } from "../../../host/archiver/origin";
import type { Mysql } from "../../../host/supervisor/mysql";

/** A heartbeat, the first words of what it wrote, and whether its node may write, in the order of the questions. */
function given(...may: boolean[]) {
  const wrote: string[] = [];
  let fails = false;
  const query = async (sql: string) => {
    if (fails) throw new Error("read only");
    wrote.push(sql.split(" ", 2).join(" "));
    return [];
  };
  const heartbeat = new Heartbeat({ query } as unknown as Mysql, async () => may.shift() ?? true);
  return { heartbeat, wrote, fail: (now: boolean) => (fails = now) };
}

const [tables, beat] = ["CREATE DATABASE", "INSERT INTO"];

describe("the heartbeat", () => {
  it("creates the tables once, and writes at each beat", async () => {
    const { heartbeat, wrote } = given();
    await heartbeat.beat();
    await heartbeat.beat();
    expect(wrote).toEqual([tables, beat, beat]);
  });

  it("writes nothing, not even the tables, on a node that may not", async () => {
    const { heartbeat, wrote } = given(false, false, true);
    await heartbeat.beat();
    await heartbeat.beat();
    expect(wrote).toEqual([]);
    await heartbeat.beat();
    expect(wrote).toEqual([tables, beat]);
  });

  it("asks again after it created the tables", async () => {
    const { heartbeat, wrote } = given(true, false);
    await heartbeat.beat();
    expect(wrote).toEqual([tables]);
  });

  it("creates the tables again after a failure: the data may be another", async () => {
    const { heartbeat, wrote, fail } = given();
    await heartbeat.beat();
    fail(true);
    await heartbeat.beat();
    fail(false);
    await heartbeat.beat();
    expect(wrote).toEqual([tables, beat, tables, beat]);
  });
});
