import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { S3Store } from "../../../host/archiver/store/s3";
import { TestFileStorage } from "../../../localcloud/test/support/test-file-storage";
import { keeper, TestStorage, writer } from "../../../localcloud/test/support/test-storage";
import { prunerOf } from "../../../scripts/prune/remove-planned";
import { Remover, SftpRemover } from "../../../scripts/prune/removers";
import { operatorStore, sftpConnection } from "../../../scripts/restore/operator-store";

const now = () => new Date();

let storage: TestStorage;
beforeEach(async () => {
  storage = await TestStorage.start();
});
afterEach(() => storage.stop());

describe("objects are deleted", () => {
  it("by the access key for it, also those that are gone already", async () => {
    const store = new S3Store({ ...storage.place, ...writer }, now);
    const keys = ["w/t/data/1.a_b.c.age", "w/t/log/1.json", "w/t/log/2.json"];
    for (const key of keys) await store.put(key, Buffer.from("x"));
    const remover = new Remover({ ...storage.place, ...keeper }, now);
    await remover.remove([...keys.slice(0, 2), "w/t/log/0.json"]);
    expect(await store.list("w/")).toEqual(["w/t/log/2.json"]);
  });

  it("not by that of the hosts", async () => {
    await new S3Store({ ...storage.place, ...writer }, now).put("a", Buffer.from("x"));
    const remover = new Remover({ ...storage.place, ...writer }, now);
    await expect(remover.remove(["a"])).rejects.toThrow("DELETE a was answered 403 AccessDenied");
  });

  it("not while the store does not answer well", async () => {
    storage.faults.add(1, { fault: "storage", key: "", status: 503 });
    const remover = new Remover({ ...storage.place, ...keeper }, now);
    await expect(remover.remove(["a"])).rejects.toThrow("503 ServiceUnavailable");
  });
});

describe("the access key that deletes", () => {
  const hosts = { endpoint: "https://x", bucket: "b", region: "r", ...writer };
  const names = ["WEBSTACK_BACKUPS_PRUNE_KEY", "WEBSTACK_BACKUPS_PRUNE_SECRET"] as const;
  const env = (key: string, secret: string) => ({ [names[0]]: key, [names[1]]: secret });

  it("comes from the environment alone", () => {
    const found = prunerOf(hosts, "prod", env("keeper", "s"));
    expect(found).toEqual({ ...hosts, accessKeyId: "keeper", secretAccessKey: "s" });
    expect(() => prunerOf(hosts, "prod", {})).toThrow(`${names.join(" and ")} must be set`);
    expect(() => prunerOf(hosts, "prod", env("keeper", ""))).toThrow(`${names[1]} must be set`);
  });

  it("is one of its own for the copy", () => {
    const names = [
      "WEBSTACK_BACKUPS_COPY_PRUNE_KEY",
      "WEBSTACK_BACKUPS_COPY_PRUNE_SECRET",
    ] as const;
    const own = { [names[0]]: "keeper", [names[1]]: "s" };
    expect(prunerOf(hosts, "prod", own, "copy")).toMatchObject({ accessKeyId: "keeper" });
    expect(() => prunerOf(hosts, "prod", env("keeper", "s"), "copy")).toThrow(
      `${names.join(" and ")} must be set`,
    );
  });

  it("is another one than that of the hosts", () => {
    expect(() => prunerOf(hosts, "prod", env("writer", "s"))).toThrow(
      "must be another access key than that which reads, got writer",
    );
  });
});

let sftpStorage: TestFileStorage;
beforeEach(async () => {
  sftpStorage = await TestFileStorage.start();
});
afterEach(() => sftpStorage.stop());

function access(user: "u1" | "u1-sub1") {
  const { privateKey } = user === "u1" ? sftpStorage.writer : sftpStorage.reader;
  const target = { sftp: { ...sftpStorage.place, user }, privateKey };
  return {
    store: operatorStore(target),
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
    const uploads = join(sftpStorage.root, "backups/webstack/.uploads");
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
