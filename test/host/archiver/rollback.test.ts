import { describe, expect, it, vi } from "vitest";
import { archive, type ArchiveArgs } from "../../../host/archiver/archive";
import type { Progress } from "../../../host/archiver/continuation";
import { bytesOf, keys } from "../../../host/archiver/chain/manifest";
import { subtract, union } from "../../../host/archiver/gtid-sets";
import type { Origin } from "../../../host/archiver/origin";
import { TransactionReader } from "../../../host/archiver/replication/events";
import type { Mysql } from "../../../host/supervisor/mysql";
import { format, transaction, uuid } from "./binlog-events";
import { MemoryStore } from "./memory-store";

/** The binary log of the only database node: second of the commit by number. */
const log = vi.hoisted(() => new Map<number, number>());

vi.mock("../../../host/archiver/replication/dump", () => ({
  dump: async function* ({ except }: { except: string }) {
    yield format();
    for (const [number, second] of log) {
      if (subtract(`${uuid}:${number}`, except) === "") continue;
      yield* transaction(number, second * 1_000_000);
    }
  },
}));
// Each transaction is a segment.
vi.mock("../../../host/archiver/segments", () => ({
  Segments: class {
    private readonly reader = new TransactionReader();
    async take(event: Buffer) {
      const part = this.reader.take(event);
      if (part.kind !== "first") return undefined;
      const { gtid, committedUs } = part.name;
      const times = { plainBytes: 1, fromUs: committedUs, toUs: committedUs };
      return { encrypted: event, gtids: gtid, first: gtid, last: gtid, ...times };
    }
    abandon() {}
  },
}));

/** Writes transactions of the log, each a second after the one before it. */
function write(from: number, to: number, second = from): void {
  for (let number = from; number <= to; number += 1) log.set(number, second + number - from);
}

/** Puts the server back to an earlier state. */
function rollBack(last: number): void {
  for (const number of [...log.keys()]) if (number > last) log.delete(number);
}

const first = "3e11fa47-0000-11e1-9e33-c80aa9429562";

/** A stack of one node, with an archiver that can be started again and again. */
function given(names = ["db-1"]) {
  log.clear();
  const store = new MemoryStore();
  const nodes = names.map((name, i) => ({ name, privateIp: `10.0.4.1${i + 1}` }));
  const state = { database: first, purged: "", hidden: 0, renewed: 0, stops: false };
  const reports: Progress[] = [];
  const query = async (sql: string) => {
    const id = /INSERT INTO webstack_archive\.timeline SELECT '([^']+)'/.exec(sql)?.[1];
    if (id !== undefined) {
      state.database = id;
      state.renewed += 1;
    }
    return [["uuid", "2026-11-23 06:10:52"]];
  };
  const args: ArchiveArgs = {
    settings: { node: "db-1", nodes, root: "r", publicKey: "" },
    ...{ store, socket: "", user: "", monotonicMs: () => 0, cutMs: () => 0 },
    wallMs: () => Date.parse("2026-11-28T12:00:00Z"),
    mysql: { query } as unknown as Mysql,
    pollMysql: async () => {
      const numbers = [...log.keys()].slice(0, log.size - (state.hidden > 0 ? 1 : 0));
      state.hidden -= 1;
      const executed = union(...numbers.map((number) => `${uuid}:${number}`), state.purged);
      const group = { serves: true, groupId: "", secondaries: [], primary: "" };
      return { ...group, executed, purged: state.purged, writable: true, mysql: "9.7.4" };
    },
    readOrigin: async () => origin(),
    shouldContinue: () => !state.stops,
    onProgress: (progress) => {
      reports.push(progress);
      if (progress.problem !== "" || progress.doing.startsWith("waits")) state.stops = true;
    },
  };
  const origin = (): Origin => ({ database: state.database, lineage: [] });
  const archivedOf = (timeline: string) =>
    [...store.objects]
      .filter(([key]) => key.startsWith(keys.links("r", timeline)))
      .map(([, content]) => (JSON.parse(content.toString()) as { archived: string }).archived)
      .at(-1);
  return { store, state, reports, archivedOf, run: () => archive(origin(), args) };
}

describe("the only database node", () => {
  it("goes on in the same history after a restart", async () => {
    const { run, state, archivedOf } = given();
    write(1, 10);
    await run();
    write(11, 12);
    await run();
    expect([state.renewed, archivedOf(first)]).toEqual([0, `${uuid}:1-12`]);
  });

  it("begins a history at once when it lacks what is archived: its data went back", async () => {
    const { run, state, archivedOf, reports } = given();
    write(1, 10);
    await run();
    rollBack(6);
    await run();
    expect([state.renewed, state.database === first]).toEqual([1, false]);
    write(7, 14, 100);
    await run();
    expect(archivedOf(first)).toBe(`${uuid}:1-10`);
    expect(archivedOf(state.database)).toBe(`${uuid}:1-14`);
    expect(reports.at(-1)).toMatchObject({ timeline: state.database, doing: "archives" });
    expect(state.renewed).toBe(1);
  });

  it("begins a history if it went back and used the numbers again while the archiver did not run", async () => {
    const { run, state, archivedOf } = given();
    write(1, 10);
    await run();
    rollBack(6);
    write(7, 14, 100);
    await run();
    expect(state.renewed).toBe(1);
    await run();
    expect(archivedOf(first)).toBe(`${uuid}:1-10`);
    expect(archivedOf(state.database)).toBe(`${uuid}:1-14`);
  });

  it("begins a history each time that its data goes back", async () => {
    const { run, state } = given();
    write(1, 10);
    await run();
    for (const second of [100, 200]) {
      rollBack(6);
      // The id that the data had then.
      state.database = first;
      await run();
      await run();
      write(7, 12, second);
      await run();
    }
    expect(state.renewed).toBe(2);
  });

  it("begins a history if it lacks what a base has", async () => {
    const { run, state, store } = given();
    write(1, 10);
    await run();
    const id = "20261128T031500Z";
    store.objects.set(
      keys.base("r", first, id),
      bytesOf({ id, parts: [], gtids: `${uuid}:1-12`, link: 10 }),
    );
    await run();
    expect(state.renewed).toBe(1);
  });

  it("goes on if MySQL names a transaction of its log a moment later", async () => {
    const { run, state, archivedOf } = given();
    write(1, 10);
    await run();
    // The first poll is not about transactions.
    state.hidden = 3;
    await run();
    expect([state.renewed, archivedOf(first)]).toEqual([0, `${uuid}:1-10`]);
  });

  it("goes on if MySQL has purged the last segment, and has no other transactions purged", async () => {
    const { run, state, archivedOf } = given();
    write(1, 10);
    await run();
    state.purged = `${uuid}:1-10`;
    log.clear();
    write(11, 12);
    await run();
    expect([state.renewed, archivedOf(first)]).toEqual([0, `${uuid}:1-12`]);
  });
});

describe("a node of a group", () => {
  it("waits for what it lacks, which another node may have", async () => {
    const { run, state, reports } = given(["db-1", "db-2", "db-3"]);
    write(1, 10);
    await run();
    rollBack(6);
    await run();
    expect(state.renewed).toBe(0);
    expect(reports.at(-1)!.doing).toBe(`waits: this MySQL lacks ${uuid}:7-10, which is archived`);
  });
});
