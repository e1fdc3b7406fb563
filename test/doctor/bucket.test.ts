import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bucketFindings } from "../../doctor/bucket";
import { S3Store } from "../../host/archiver/store/s3";
import { TestStorage, writer } from "../../localcloud/test/support/test-storage";

let storage: TestStorage;

/** The bucket with what differs from what is right. */
async function listing(differs: object) {
  const target = { ...storage.place, ...writer, ...differs };
  const found = await bucketFindings(new S3Store(target, () => new Date()));
  expect(found).toHaveLength(1);
  return [found[0]!.level, found[0]!.text];
}

describe("the bucket of the local cloud's object storage", () => {
  beforeAll(async () => {
    storage = await TestStorage.start();
  });
  afterAll(() => storage.stop());

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
