import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RefusedError } from "../../../host/archiver/store/object-store";
import { keeper, TestStorage, writer } from "../../../localcloud/test/support/test-storage";
import { readingStore } from "../../../scripts/restore/operator-store";
import { checkOverwritten } from "../../../scripts/restore/overwritten";
import {
  OldestVersions,
  overwrittenIn,
  VersionedBucket,
} from "../../../scripts/restore/versioned-bucket";

const now = () => new Date();
let storage: TestStorage;
let bucket: VersionedBucket;

/** Puts without a condition, as whoever has an access key that puts can. */
function overwrite(key: string, content: string): void {
  storage.objects.put("backups", key, Buffer.from(content), now());
}

beforeEach(async () => {
  storage = await TestStorage.start();
  bucket = new VersionedBucket({ ...storage.place, ...writer }, now);
});
afterEach(() => storage.stop());

describe("an overwritten object", () => {
  const target = () => ({ ...storage.place, ...writer });
  const backups = (more = {}) => ({ target: target(), root: "app", identity: "", ...more });

  beforeEach(async () => {
    await bucket.put("app/a", Buffer.from("first"));
    await bucket.put("app/ab", Buffer.from("other"));
  });

  it("is read as it was put first: whole, in part, as a stream, and its head", async () => {
    for (let i = 0; i < 1_005; i += 1) overwrite("app/a", `later ${i}`);
    const oldest = new OldestVersions(target(), now);
    expect((await bucket.get("app/a"))!.toString()).toBe("later 1004");
    expect((await oldest.get("app/a"))!.toString()).toBe("first");
    expect((await oldest.get("app/a", { from: 1, to: 2 }))!.toString()).toBe("ir");
    expect(await oldest.head("app/a")).toMatchObject({ bytes: 5 });
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await oldest.stream("app/a"))!) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("first");
    expect(await oldest.list("app/")).toEqual(["app/a", "app/ab"]);
    expect(await oldest.get("app/b")).toBeUndefined();
    expect((await readingStore(target(), true).get("app/a"))!.toString()).toBe("first");
    expect((await readingStore(target()).get("app/a"))!.toString()).toBe("later 1004");
  });

  it("is found by its versions, unless they are equal", async () => {
    overwrite("app/ab", "other");
    await checkOverwritten(backups(), () => undefined);
    overwrite("app/a", "second");
    overwrite("app/a", "third");
    expect(await overwrittenIn(bucket, "app/")).toEqual({ count: 1, keys: ["app/a"] });
    await expect(checkOverwritten(backups(), () => undefined)).rejects.toThrow(
      "1 objects were overwritten after they were put: app/a. If an object was overwritten, --oldest-versions reads",
    );
  });

  it("is only told of if the oldest versions are read", async () => {
    overwrite("app/a", "second");
    const lines: string[] = [];
    await checkOverwritten(backups({ oldestVersions: true }), (line) => lines.push(line));
    expect(lines).toEqual([expect.stringContaining("app/a; what was put first is read")]);
  });

  it("is not looked for with a key that may not list versions, which is told", async () => {
    const lines: string[] = [];
    class Refusing extends VersionedBucket {
      override async *versions(): AsyncGenerator<never> {
        yield* [];
        throw new RefusedError("GET ?versions failed with status 403 AccessDenied");
      }
    }
    const refusing = new Refusing({ ...target(), ...keeper }, now);
    await checkOverwritten(backups(), (line) => lines.push(line), refusing);
    expect(lines).toEqual([
      "note: overwritten objects were not looked for: GET ?versions failed with status 403 AccessDenied",
    ]);
  });

  it("cannot be read from an SFTP server, whose snapshots are named", () => {
    const sftp = { host: "u1.example", port: 23, user: "u1", path: "p", hostKey: "" };
    expect(() => readingStore({ sftp, privateKey: "" }, true)).toThrow(
      "--oldest-versions must be absent for an SFTP server, which keeps no versions; restore the folder on u1.example from a snapshot",
    );
  });
});

describe("versions as Amazon S3 and Ceph list them", () => {
  let server: Server;
  afterEach(() => server.close());

  it("have markers of deletions: a deleted object does not exist", async () => {
    const entry = (kind: string, key: string, id: string, isLatest: boolean) =>
      `<${kind}><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${isLatest}</IsLatest><ETag>&quot;${id}&quot;</ETag></${kind}>`;
    const page = [
      ...[entry("DeleteMarker", "a", "3", true), entry("Version", "a", "2", false)],
      ...[entry("Version", "a", "1", false), entry("Version", "b", "6", true)],
      ...[entry("DeleteMarker", "b", "5", false), entry("Version", "b", "4", false)],
    ];
    server = createServer((request, response) => {
      const query = new URL(request.url!, "http://s3").searchParams;
      if (query.has("versions")) return response.end(`<R>${page.join("")}</R>`);
      if (!query.has("versionId")) response.statusCode = 404;
      response.end(`version ${query.get("versionId")}`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const oldest = new OldestVersions({ ...storage.place, ...writer, endpoint }, now);
    // The fake server does not filter by the prefix: entries of other keys before it are passed over.
    expect(await oldest.get("a")).toBeUndefined();
    expect((await oldest.get("b"))!.toString()).toBe("version 4");
    expect(await overwrittenIn(oldest, "")).toEqual({ count: 2, keys: ["a", "b"] });
  });
});
