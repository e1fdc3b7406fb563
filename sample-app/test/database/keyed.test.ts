import { describe, expect, it } from "vitest";
import { z } from "zod";
import { runKeyed, type KeyedWrite } from "../../src/database/keyed";
import { defaultPolicy, retry } from "../../src/database/retry";
import { KeyReusedError, NameTakenError } from "../../src/errors";
import { FakeClock } from "../support/fake-clock";
import { MemoryMysql, type CommitFate } from "../support/memory-mysql";

/** A write of one note; a test overrides only what it is about. */
function note(overrides: Partial<KeyedWrite<{ text: string }>> = {}): KeyedWrite<{ text: string }> {
  return {
    scope: "note:1",
    key: "key-1",
    request: { text: "hello" },
    result: z.object({ text: z.string() }),
    work: async (session) => {
      await session.run("INSERT INTO note VALUES (?)", ["hello"]);
      return { text: "hello" };
    },
    ...overrides,
  };
}

describe("runKeyed", () => {
  it("does the work and reports the transaction", async () => {
    const mysql = new MemoryMysql();
    expect(await runKeyed(mysql.open(), note())).toEqual({
      value: { text: "hello" },
      replayed: false,
      gtid: "uuid:1",
    });
    expect(mysql.notes).toEqual(["hello"]);
  });

  it("gives the first result to a repetition and does nothing", async () => {
    const mysql = new MemoryMysql();
    await runKeyed(mysql.open(), note());
    const work = (): Promise<never> => Promise.reject(new Error("done twice"));
    expect(await runKeyed(mysql.open(), note({ work }))).toEqual({
      value: { text: "hello" },
      replayed: true,
    });
    expect(mysql.notes).toEqual(["hello"]);
  });

  it("refuses a key that stands for another request", async () => {
    const mysql = new MemoryMysql();
    await runKeyed(mysql.open(), note());
    const again = runKeyed(mysql.open(), note({ request: { text: "other" } }));
    await expect(again).rejects.toBeInstanceOf(KeyReusedError);
  });

  it("keeps equal keys of different scopes apart", async () => {
    const mysql = new MemoryMysql();
    await runKeyed(mysql.open(), note());
    await runKeyed(mysql.open(), note({ scope: "note:2" }));
    expect(mysql.notes).toEqual(["hello", "hello"]);
  });

  it("keeps no key when the work is refused", async () => {
    const mysql = new MemoryMysql();
    const work = (): Promise<never> => Promise.reject(new NameTakenError("taken"));
    await expect(runKeyed(mysql.open(), note({ work }))).rejects.toThrow("taken");
    expect(mysql.keyCount).toBe(0);
  });

  it("refuses a stored result that does not have the shape expected", async () => {
    const mysql = new MemoryMysql();
    await runKeyed(mysql.open(), note());
    const again = runKeyed(mysql.open(), note({ result: z.object({ text: z.literal("else") }) }));
    await expect(again).rejects.toThrow("Invalid input");
  });

  it("writes exactly once in 2000 runs whatever becomes of the commits", async () => {
    const random = sequence(42);
    for (let run = 0; run < 2000; run++) {
      const fates: CommitFate[] = [];
      const mysql = new MemoryMysql(() => {
        const roll = random();
        const fate = roll < 0.4 ? "lost-before" : roll < 0.8 ? "lost-after" : "answered";
        fates.push(fate);
        return fate;
      });
      const context = { clock: new FakeClock(), random };
      const result = await retry(defaultPolicy, context, () => runKeyed(mysql.open(), note()));
      expect(result.value, fates.join()).toEqual({ text: "hello" });
      expect(mysql.notes, fates.join()).toEqual(["hello"]);
    }
  });
});

/** Numbers from 0 to below 1 that are the same in each run (mulberry32). */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
