import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { save } from "../../../../host/supervisor/saved/save";
import { means, mysqlThatLoses, transaction, uuid } from "./support";

const none = { all: "", purged: "", unapplied: "" };
const two = { ...none, all: `${uuid}:6-7` };
const replaced = { sets: [`${uuid}:1-5`], reason: "the group lacks them", donor: "db-2" };
const name = "2026-11-28T090000Z-1";

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function folderWith(chunks: readonly string[]) {
  const made = means(chunks);
  folders.push(made.folder);
  return made;
}

describe("transactions that a copy is to replace", () => {
  it("are in a file that only its owner reads, with what they are beside it", async () => {
    const { means, folder, calls } = folderWith([transaction(6), transaction(7)]);
    const { mysql } = mysqlThatLoses(two);
    const saved = await save(mysql, replaced, means);
    const text = readFileSync(join(folder, `${name}.sql`), "utf8");
    expect(text).toBe(transaction(6) + transaction(7));
    expect(statSync(join(folder, `${name}.sql`)).mode & 0o777).toBe(0o600);
    const { reason, donor } = replaced;
    const savedAt = "2026-11-28T09:00:00.000Z";
    const beside = { reason, donor, gtids: two.all, savedAt, bytes: text.length };
    expect(JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"))).toEqual(beside);
    expect(saved).toEqual({ ...beside, name, number: 1 });
    expect(calls).toEqual([
      [
        ...["--no-defaults", "--user=supervisor", "--read-from-remote-server", "--verbose"],
        ...[`--include-gtids=${two.all}`, "--to-last-log", "binlog.000007"],
      ],
    ]);
  });

  it("get the next number, whatever the clock says", async () => {
    const { means, files } = folderWith([transaction(6), transaction(7)]);
    await save(mysqlThatLoses(two).mysql, replaced, means);
    const earlier = { ...means, now: () => new Date("2020-01-01T00:00:00.000Z") };
    await save(mysqlThatLoses(two).mysql, replaced, earlier);
    expect(files()).toContain("2020-01-01T000000Z-2.sql");
  });

  it("are no file if the group has all of them", async () => {
    const { means, files, calls } = folderWith([]);
    expect(await save(mysqlThatLoses(none).mysql, replaced, means)).toBeUndefined();
    expect([files(), calls]).toEqual([[], []]);
  });

  it("are found where a line comes in two parts", async () => {
    const both = transaction(6) + transaction(7);
    const { means } = folderWith([both.slice(0, 20), both.slice(20, 130), both.slice(130)]);
    await expect(save(mysqlThatLoses(two).mysql, replaced, means)).resolves.toBeDefined();
  });

  it("are applied first if they were only received", async () => {
    const { means } = folderWith([transaction(6), transaction(7)]);
    const { mysql, statements } = mysqlThatLoses({ ...two, unapplied: `${uuid}:7` }, two);
    await save(mysql, replaced, means);
    const threads = statements.filter((sql) => /^(START|STOP) REPLICA/.test(sql));
    const channel = "REPLICA SQL_THREAD FOR CHANNEL 'group_replication_applier'";
    expect(threads).toEqual([`START ${channel}`, `STOP ${channel}`]);
  });

  it("are refused, with nothing left behind, if the logs do not hold one of them", async () => {
    const { means, files } = folderWith([transaction(6)]);
    const saved = save(mysqlThatLoses(two).mysql, replaced, means);
    await expect(saved).rejects.toThrow(`do not contain all of ${two.all}`);
    expect(files()).toEqual([]);
  });

  it("are refused if they went out of the logs", async () => {
    const { means, calls } = folderWith([]);
    const { mysql } = mysqlThatLoses({ ...two, purged: `${uuid}:6` });
    await expect(save(mysql, replaced, means)).rejects.toThrow(`no longer contain ${uuid}:6`);
    expect(calls).toEqual([]);
  });

  it("are refused if the reader of logs fails", async () => {
    const { means, files } = folderWith([]);
    // eslint-disable-next-line require-yield -- it fails before it gives anything.
    const read = async function* (): AsyncIterable<Buffer> {
      throw new Error("mysqlbinlog: lost connection");
    };
    const saved = save(mysqlThatLoses(two).mysql, replaced, { ...means, read });
    await expect(saved).rejects.toThrow("lost connection");
    expect(files()).toEqual([]);
  });
});
