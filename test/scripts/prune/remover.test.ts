import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { S3Store } from "../../../host/archiver/store/s3";
import { keeper, TestStorage, writer } from "../../../localcloud/test/support/test-storage";
import { prunerOf } from "../../../scripts/prune/credentials";
import { Remover } from "../../../scripts/prune/remover";

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
