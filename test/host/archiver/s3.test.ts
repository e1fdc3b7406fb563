import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  checkedPut,
  KeyExistsError,
  RefusedError,
  StoreError,
} from "../../../host/archiver/store/object-store";
import { S3Store } from "../../../host/archiver/store/s3";
import { TestStorage, writer } from "../../../localcloud/test/support/test-storage";

let storage: TestStorage;
let store: S3Store;

beforeEach(async () => {
  storage = await TestStorage.start();
  store = new S3Store({ ...writer, ...storage.place }, () => new Date());
});
afterEach(() => storage.stop());

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

  it("tells a stream that is cut off from other errors: the read is repeated", async () => {
    const server = createServer((_, answer) => {
      answer.writeHead(200, { "content-length": "10" });
      answer.write("01234", () => answer.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const target = { ...writer, ...storage.place, endpoint: `http://127.0.0.1:${port}` };
    const stream = (await new S3Store(target, () => new Date()).stream("a"))!;
    const reading = (async () => {
      for await (const chunk of stream) expect(Buffer.from(chunk).toString()).toBe("01234");
    })();
    await expect(reading).rejects.toThrow(StoreError);
    await expect(reading).rejects.toThrow("GET a: the answer was cut off: ");
    server.close();
  });

  it("says that nothing is there", async () => {
    expect([await store.get("no"), await store.stream("no"), await store.head("no")]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
  });

  it("lists all pages, or as many as are wanted", async () => {
    for (let i = 1; i <= 1_005; i += 1) {
      storage.objects.put(
        "backups",
        `k/${String(i).padStart(4, "0")}`,
        Buffer.from("x"),
        new Date(),
      );
    }
    expect(await store.list("k/")).toHaveLength(1_005);
    expect(await store.list("k/", "k/0500", 2)).toEqual(["k/0501", "k/0502"]);
  });

  it("tells a key that is taken from a store that fails", async () => {
    await store.put("a", Buffer.from("x"));
    await expect(store.put("a", Buffer.from("y"))).rejects.toThrow(KeyExistsError);
    storage.faults.add(1, { fault: "storage", key: "", status: 503 });
    await expect(store.put("b", Buffer.from("y"))).rejects.toThrow(StoreError);
    await expect(store.put("b", Buffer.from("y"))).rejects.toThrow(
      "PUT b failed with status 503 ServiceUnavailable",
    );
    await expect(store.get("b")).rejects.not.toThrow(RefusedError);
    storage.faults.remove(1);
    const foreign = { ...writer, ...storage.place, secretAccessKey: "another-secret-0123456789" };
    await expect(new S3Store(foreign, () => new Date()).get("b")).rejects.toThrow(RefusedError);
  });

  it("takes for its own what has the same content, and nothing else", async () => {
    await store.put("a", Buffer.from("mine"));
    await checkedPut(store, "a", Buffer.from("mine"));
    await expect(checkedPut(store, "a", Buffer.from("else"))).rejects.toThrow(KeyExistsError);
  });
});
