import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TestFileStorage } from "../../../localcloud/test/support/test-file-storage";
import { SftpRemover } from "../../../scripts/prune/sftp-remover";
import { deskStore, sftpConnection } from "../../../scripts/restore/desk-store";

let storage: TestFileStorage;
beforeEach(async () => {
  storage = await TestFileStorage.start();
});
afterEach(() => storage.stop());

function access(user: "u1" | "u1-sub1") {
  const { privateKey } = user === "u1" ? storage.writer : storage.reader;
  const target = { sftp: { ...storage.place, user }, privateKey };
  return {
    store: deskStore(target),
    remover: new SftpRemover(sftpConnection(target), target.sftp.path),
  };
}

describe("objects on an SFTP server are deleted", () => {
  it("also those that are gone already", async () => {
    const { store, remover } = access("u1");
    const keys = ["w/t/data/0000000001.a_b.c.age", "w/t/log/0000000001.json", "w/t/log/x.json"];
    for (const key of keys) await store.put(key, Buffer.from("x"));
    await remover.remove([...keys.slice(0, 2), "w/t/log/0000000000.json"]);
    expect(await store.list("w/")).toEqual(["w/t/log/x.json"]);
  });

  it("not by an account that only reads", async () => {
    const { store, remover } = access("u1");
    await store.put("a", Buffer.from("x"));
    await expect(access("u1-sub1").remover.remove(["a"])).rejects.toThrow(
      "DELETE a: status 3 (Permission denied); what is left goes with the next run",
    );
    expect(await store.list("")).toEqual(["a"]);
    await remover.remove(["a"]);
  });

  it("with uploads that did not end, once they are a day old", async () => {
    const uploads = join(storage.root, "backups/webstack/.uploads");
    mkdirSync(uploads, { recursive: true });
    const hours = { old: 25, fresh: 23 };
    const now = Date.now();
    for (const [name, age] of Object.entries(hours)) {
      writeFileSync(join(uploads, name), "x");
      const then = now / 1_000 - age * 3_600;
      utimesSync(join(uploads, name), then, then);
    }
    expect(await access("u1").remover.removeAbandoned(now)).toBe(1);
    expect(Object.keys(hours).filter((name) => existsSync(join(uploads, name)))).toEqual(["fresh"]);
  });

  it("and nothing is looked for where no backups are", async () => {
    expect(await access("u1").remover.removeAbandoned(Date.now())).toBe(0);
  });
});
