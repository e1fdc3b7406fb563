import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Objects } from "../../object-storage/objects";
import { askAt, code, type RequestOptions } from "../support/signed-request";
import { keeper, TestStorage, writer } from "../support/test-storage";

let storage: TestStorage;
let url: string;

beforeEach(async () => {
  storage = await TestStorage.start();
  url = storage.place.endpoint;
});
afterEach(() => storage.stop());

const ask = (method: string, path: string, options?: RequestOptions) =>
  askAt(url, method, path, options);

describe("the object storage", () => {
  it("gives back what was put, whole, in part, and by its head", async () => {
    const put = await ask("PUT", "/backups/a/b.txt", { body: "0123456789" });
    const etag = `"${createHash("md5").update("0123456789").digest("hex")}"`;
    expect([put.status, put.headers.get("etag")]).toEqual([200, etag]);
    expect(await (await ask("GET", "/backups/a/b.txt")).text()).toBe("0123456789");
    const part = await ask("GET", "/backups/a/b.txt", { headers: { range: "bytes=2-4" } });
    expect([part.status, await part.text()]).toEqual([206, "234"]);
    expect(part.headers.get("content-range")).toBe("bytes 2-4/10");
    const head = await ask("HEAD", "/backups/a/b.txt");
    expect([head.headers.get("content-length"), head.headers.get("etag")]).toEqual(["10", etag]);
  });

  it("keeps objects over a new start", async () => {
    await ask("PUT", "/backups/a", { body: "x" });
    expect(new Objects(storage.folder, ["backups"]).find("backups", "a")?.bytes).toBe(1);
  });

  it("lists keys in the order of their bytes, after one of them, in pages", async () => {
    for (const key of ["b/2", "b/10", "a/1", "b/1"])
      await ask("PUT", `/backups/${key}`, { body: "x" });
    const list = async (query: string) => {
      const text = await (await ask("GET", `/backups?${query}`)).text();
      return {
        keys: [...text.matchAll(/<Key>([^<]*)/g)].map(([, key]) => key),
        next: /<NextContinuationToken>([^<]*)/.exec(text)?.[1],
      };
    };
    expect((await list("list-type=2&prefix=b%2F")).keys).toEqual(["b/1", "b/10", "b/2"]);
    expect((await list("list-type=2&prefix=b%2F&start-after=b%2F1")).keys).toEqual(["b/10", "b/2"]);
    const page = await list("list-type=2&max-keys=2&prefix=b%2F");
    expect(page.keys).toEqual(["b/1", "b/10"]);
    const rest = await list(`continuation-token=${page.next}&list-type=2&prefix=b%2F`);
    expect(rest).toEqual({ keys: ["b/2"], next: undefined });
  });

  it("lets the writer delete nothing; the keeper deletes and lists alone", async () => {
    await ask("PUT", "/backups/a", { body: "first" });
    const once = { "if-none-match": "*" };
    expect(await code(ask("PUT", "/backups/a", { body: "x", headers: once }))).toBe(
      "412 PreconditionFailed",
    );
    expect(await code(ask("DELETE", "/backups/a"))).toBe("403 AccessDenied");
    expect(await (await ask("GET", "/backups/a")).text()).toBe("first");
    expect(await code(ask("PUT", "/backups/b", { who: keeper, body: "x" }))).toBe(
      "403 AccessDenied",
    );
    expect(await code(ask("GET", "/backups/a", { who: keeper }))).toBe("403 AccessDenied");
    expect(await code(ask("POST", "/backups/b?uploads=", { who: keeper }))).toBe(
      "403 AccessDenied",
    );
    expect((await ask("GET", "/backups?list-type=2", { who: keeper })).status).toBe(200);
    expect((await ask("DELETE", "/backups/a", { who: keeper })).status).toBe(204);
    expect(await code(ask("GET", "/backups/a"))).toBe("404 NoSuchKey");
  });

  it("refuses strangers, wrong signatures, other bodies, and old requests", async () => {
    expect(await code(fetch(`${url}/backups/a`))).toBe("403 AccessDenied");
    const stranger = { ...writer, accessKeyId: "nobody" };
    expect(await code(ask("GET", "/backups/a", { who: stranger }))).toBe("403 InvalidAccessKeyId");
    const thief = { ...writer, secretAccessKey: "another-secret-0123456" };
    expect(await code(ask("GET", "/backups/a", { who: thief }))).toBe("403 SignatureDoesNotMatch");
    expect(await code(ask("PUT", "/backups/a", { body: "x", sent: "y" }))).toBe(
      "400 XAmzContentSHA256Mismatch",
    );
    const at = new Date(Date.now() - 16 * 60_000);
    expect(await code(ask("GET", "/backups/a", { at }))).toBe("403 RequestTimeTooSkewed");
    expect(await code(ask("GET", "/others/a"))).toBe("404 NoSuchBucket");
  });

  it("puts an object together from parts", async () => {
    const begun = await (await ask("POST", "/backups/big?uploads=")).text();
    const id = /<UploadId>([^<]*)/.exec(begun)![1]!;
    for (const [number, body] of [
      [1, "abc"],
      [2, "de"],
    ] as const) {
      const put = await ask("PUT", `/backups/big?partNumber=${number}&uploadId=${id}`, { body });
      expect(put.status).toBe(200);
    }
    const body =
      "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part><Part><PartNumber>2</PartNumber></Part></CompleteMultipartUpload>";
    expect((await ask("POST", `/backups/big?uploadId=${id}`, { body })).status).toBe(200);
    expect(await (await ask("GET", "/backups/big")).text()).toBe("abcde");
  });

  it("says what it does not do", async () => {
    expect(await code(ask("GET", "/backups/a?acl="))).toBe("501 NotImplemented");
    expect(await code(ask("GET", "/backups?list-type=1"))).toBe("501 NotImplemented");
  });
});

describe("faults of the object storage", () => {
  it("answer with a status, for the keys that are meant", async () => {
    storage.faults.add(1, { fault: "storage", key: "data/", status: 503 });
    expect(await code(ask("PUT", "/backups/data/1", { body: "x" }))).toBe("503 ServiceUnavailable");
    expect((await ask("PUT", "/backups/log/1", { body: "x" })).status).toBe(200);
    storage.faults.remove(1);
    expect((await ask("PUT", "/backups/data/1", { body: "x" })).status).toBe(200);
  });

  it("let a request wait for ever, and a bucket be full", async () => {
    await ask("PUT", "/backups/a", { body: "12345" });
    storage.faults.add(1, { fault: "storage", key: "", fullBytes: 5 });
    expect(await code(ask("PUT", "/backups/b", { body: "x" }))).toBe("403 QuotaExceeded");
    storage.faults.add(2, { fault: "storage", key: "", method: "GET", stalls: true });
    const late = new Promise((resolve) => setTimeout(() => resolve("nothing"), 300));
    const asked = ask("GET", "/backups/a").catch(() => "closed");
    expect(await Promise.race([asked, late])).toBe("nothing");
  });

  it("change bytes of an object without a word", async () => {
    await ask("PUT", "/backups/a", { body: "0123456789" });
    storage.objects.corrupt("backups", "a");
    const text = await (await ask("GET", "/backups/a")).text();
    expect(text).not.toBe("0123456789");
    expect((await ask("HEAD", "/backups/a")).headers.get("content-length")).toBe("10");
  });
});
