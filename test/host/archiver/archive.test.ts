import { describe, expect, it, vi } from "vitest";
import { archive, type ArchiveArgs } from "../../../host/archiver/archive";
import type { Progress } from "../../../host/archiver/continuation";
import { bytesOf, keys } from "../../../host/archiver/chain/manifest";
import type { MysqlState } from "../../../host/archiver/mysql-state";
import type { Origin } from "../../../host/archiver/origin";
import type { Mysql } from "../../../host/supervisor/mysql";
import { upTo } from "../supervisor/support/node-state";
import { MemoryStore } from "./memory-store";

const [uuid] = upTo(1).split(":");

// Each event of this binary log is a segment of one transaction.
vi.mock("../../../host/archiver/replication/dump", () => ({
  dump: async function* () {
    for (let number = 1001; number < 1005; number += 1) yield Buffer.from(String(number));
  },
}));
vi.mock("../../../host/archiver/segments", () => ({
  Segments: class {
    async take(event: Buffer) {
      const gtid = `${uuid}:${event.toString()}`;
      const sizes = { encrypted: event, plainBytes: 1, fromUs: 1, toUs: 2 };
      return { ...sizes, gtids: gtid, first: gtid, last: gtid };
    }
    abandon() {}
  },
}));

const nodes = [1, 2, 3].map((n) => ({ name: `db-${n}`, privateIp: `10.0.4.1${n}` }));
const database = "3e11fa47-0000-11e1-9e33-c80aa9429562";
const origin: Origin = { database, lineage: [{ epoch: "1@db-1", founding: "" }] };
const ordered: Origin = {
  database,
  lineage: [...origin.lineage, { epoch: "2@db-3", founding: upTo(990), override: true }],
};

type Group = Pick<MysqlState, "serves" | "groupId">;

const valid: Group = { serves: true, groupId: "17639683829217345" };
const byHand: Group = { serves: true, groupId: "17639690001112223" };
const unconfirmed: Group = { ...byHand, serves: false };

/**
 * A store in which transactions 1 to 1000 are archived, and an archiver of a MySQL that has some of these. Origins and
 * groups are those that are read, one after the other; the last one stays.
 */
function given(executed: string, origins: (Origin | undefined)[], groups: Group[] = [valid]) {
  const store = new MemoryStore();
  const link = { version: 1, number: 1, previous: "", archived: upTo(1000), group: "1@db-1" };
  store.objects.set(keys.timeline("r", database), bytesOf({ timeline: database, group: "1@db-1" }));
  store.objects.set(keys.link("r", database, 1), bytesOf(link));
  const reports: Progress[] = [];
  const args: ArchiveArgs = {
    settings: { node: "db-3", nodes, root: "r", publicKey: "" },
    ...{ store, socket: "", user: "", monotonicMs: () => 0, wallMs: () => 0, cutMs: () => 0 },
    mysql: { query: async () => [["uuid", "2026-11-23 06:10:52"]] } as unknown as Mysql,
    pollMysql: async () => ({
      ...{ executed, purged: "", writable: true },
      ...(groups.length > 1 ? groups.shift()! : groups[0]!),
      ...{ secondaries: [], primary: "", mysql: "9.7.4" },
    }),
    readOrigin: async () => (origins.length > 1 ? origins.shift() : origins[0]),
    shouldContinue: () => true,
    onProgress: (progress) => reports.push(progress),
  };
  const links = () => [...store.objects.keys()].filter((key) => key.includes("/log/"));
  return { store, args, reports, links };
}

describe("the archive", () => {
  it("goes on where it ended as long as the data is of that origin", async () => {
    const { args, reports, links } = given(upTo(1004), [origin]);
    await archive(origin, args);
    expect(links()).toHaveLength(5);
    expect(reports.at(-1)).toMatchObject({ timeline: database, origin: `${database} 1@db-1` });
  });

  it("ends before the first segment that another group may have a part in", async () => {
    const { args, links } = given(upTo(1004), [origin, origin, origin, ordered]);
    await archive(origin, args);
    expect(links()).toHaveLength(3);
  });

  // Read once at the start, twice before MySQL is known to continue the archive, and before each segment.
  const begun = [valid, valid, valid];

  it("drops the segment during which its node was in a group that nobody confirms", async () => {
    const { args, links } = given(upTo(1004), [origin], [...begun, valid, unconfirmed, valid]);
    await archive(origin, args);
    expect(links()).toHaveLength(2);
  });

  it("drops the segment at whose end its node is in another group than at the start", async () => {
    const { args, links } = given(upTo(1004), [origin], [...begun, valid, valid, byHand]);
    await archive(origin, args);
    expect(links()).toHaveLength(3);
  });

  it("leaves no trace in the store from a group that nobody confirms", async () => {
    const { args, store, reports } = given(upTo(1004), [origin], [unconfirmed]);
    const before = [...store.objects.keys()];
    await archive(origin, args);
    expect([...store.objects.keys()]).toEqual(before);
    expect(reports).toEqual([]);
  });

  it("ends its wait for archived transactions in a group that nobody confirms", async () => {
    const { args, links } = given(upTo(990), [origin], [...begun, unconfirmed]);
    await archive(origin, args);
    expect(links()).toHaveLength(1);
  });

  it("ends its wait for archived transactions once a group was founded", async () => {
    const { args, reports, links } = given(upTo(990), [origin, ordered]);
    await archive(origin, args);
    expect(reports.map(({ doing }) => doing)).toEqual([
      `waits: this MySQL lacks ${uuid}:991-1000, which is archived`,
    ]);
    expect(links()).toHaveLength(1);
  });

  it("ends its wait once an operator deleted the id of the database", async () => {
    const { args } = given(upTo(990), [origin, undefined]);
    await expect(archive(origin, args)).resolves.toBeUndefined();
  });

  it("begins a new history after an override, although the numbers 991 to 1000 are there again", async () => {
    const { args, reports, links } = given(upTo(1004), [ordered]);
    await archive(ordered, args);
    const { timeline, end } = reports.at(-1)!;
    expect(timeline).not.toBe(database);
    expect(end!.link).toMatchObject({ number: 4, group: "2@db-3" });
    expect(links().filter((key) => key.includes(database))).toHaveLength(1);
  });
});
