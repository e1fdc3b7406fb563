import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bucketFindings } from "../../doctor/bucket";
import { S3Store } from "../../host/archiver/store/s3";
import { Objects } from "../../localcloud/object-storage/objects";
import { storageServers } from "../../localcloud/object-storage/server";
import { StorageFaults } from "../../localcloud/object-storage/storage-faults";

const region = "local";
const writer = { accessKeyId: "writer-key", secretAccessKey: "writer-secret-0123456789" };
const keeper = { accessKeyId: "keeper-key", secretAccessKey: "keeper-secret-0123456789" };
const now = () => new Date();

let server: Server;

/** The bucket with what differs from what is right. */
async function listing(differs: object) {
  const { port } = server.address() as AddressInfo;
  const right = { endpoint: `http://127.0.0.1:${port}`, bucket: "backups", region, ...writer };
  const found = await bucketFindings(new S3Store({ ...right, ...differs }, now));
  expect(found).toHaveLength(1);
  return [found[0]!.level, found[0]!.text];
}

describe("the bucket of the local cloud's object storage", () => {
  beforeAll(async () => {
    const access = { buckets: ["backups"], region, writer, keeper };
    const objects = new Objects("/unused", access.buckets);
    [server] = storageServers({ access, objects, faults: new StorageFaults(), now }, 1) as [Server];
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => void server.close());

  it("opens with its keys", async () => {
    expect(await listing({})).toEqual(["ok", "the bucket is there and the keys may list it"]);
  });

  it.each([
    ["another secret", { secretAccessKey: "another-secret-0123456789" }, "403"],
    ["an unknown key", { accessKeyId: "unknown-key" }, "403"],
    ["another bucket", { bucket: "another" }, "404"],
    ["nobody there", { endpoint: "http://127.0.0.1:9" }, "ECONNREFUSED"],
  ])("does not open with %s, and says why", async (_, differs, why) => {
    const [level, text] = await listing(differs);
    expect(level).toBe("failure");
    expect(text).toContain("the bucket of webstack:backups.target does not open");
    expect(text).toContain(why);
  });
});
