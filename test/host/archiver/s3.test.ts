import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkedPut } from "../../../host/archiver/store/checked-put";
import { StoreError, KeyExistsError } from "../../../host/archiver/store/object-store";
import { S3Store } from "../../../host/archiver/store/s3";
import { Objects } from "../../../localcloud/object-storage/objects";
import { storageServers } from "../../../localcloud/object-storage/server";
import { StorageFaults } from "../../../localcloud/object-storage/storage-faults";

const writer = { accessKeyId: "writer", secretAccessKey: "writer-secret-0123456789" };
const access = {
  buckets: ["backups"],
  region: "local",
  writer,
  keeper: { ...writer, accessKeyId: "keeper" },
};

let folder: string;
let objects: Objects;
let faults: StorageFaults;
let store: S3Store;
let stop: () => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "objects-"));
  objects = new Objects(folder, access.buckets);
  faults = new StorageFaults();
  const [server] = storageServers({ access, objects, faults, now: () => new Date() }, 1);
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server!.address() as AddressInfo).port}`;
  store = new S3Store(
    { ...writer, endpoint, bucket: "backups", region: "local" },
    () => new Date(),
  );
  stop = () => server!.closeAllConnections();
});

afterEach(() => {
  stop();
  rmSync(folder, { recursive: true });
});

describe("S3Store", () => {
  it("puts, reads whole and in part, streams, and asks for the head", async () => {
    await checkedPut(store, "a/b.1", Buffer.from("0123456789"));
    expect((await store.get("a/b.1"))!.toString()).toBe("0123456789");
    expect((await store.get("a/b.1", { from: 2, to: 4 }))!.toString()).toBe("234");
    expect(await store.head("a/b.1")).toMatchObject({
      bytes: 10,
      md5: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await store.stream("a/b.1"))!) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("0123456789");
  });

  it("says that nothing is there", async () => {
    expect([await store.get("no"), await store.stream("no"), await store.head("no")]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
  });

  it("lists all pages, or as many as are wanted", async () => {
    for (let i = 1; i <= 1_005; i += 1) {
      objects.put("backups", `k/${String(i).padStart(4, "0")}`, Buffer.from("x"), new Date());
    }
    expect(await store.list("k/")).toHaveLength(1_005);
    expect(await store.list("k/", "k/0500", 2)).toEqual(["k/0501", "k/0502"]);
  });

  it("tells a key that is taken from a store that fails", async () => {
    await store.put("a", Buffer.from("x"));
    await expect(store.put("a", Buffer.from("y"))).rejects.toThrow(KeyExistsError);
    faults.add(1, { fault: "storage", key: "", status: 503 });
    await expect(store.put("b", Buffer.from("y"))).rejects.toThrow(StoreError);
    await expect(store.put("b", Buffer.from("y"))).rejects.toThrow(
      "PUT b failed with status 503 ServiceUnavailable",
    );
  });

  it("takes for its own what has the same content, and nothing else", async () => {
    await store.put("a", Buffer.from("mine"));
    await checkedPut(store, "a", Buffer.from("mine"));
    await expect(checkedPut(store, "a", Buffer.from("else"))).rejects.toThrow(KeyExistsError);
  });
});
