import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bucketFindings } from "../../doctor/bucket";
import { TestStorage, writer } from "../../localcloud/test/support/test-storage";
import { VersionedBucket } from "../../scripts/restore/versioned-bucket";

let storage: TestStorage;

/** The bucket with what differs from what is right. */
async function listing(differs: object) {
  const target = { ...storage.place, ...writer, ...differs };
  const found = await bucketFindings(new VersionedBucket(target, () => new Date()));
  return found.map(({ level, text }) => [level, text]);
}

describe("the bucket of the local cloud's object storage", () => {
  beforeAll(async () => {
    storage = await TestStorage.start();
  });
  afterAll(() => storage.stop());

  it("opens with its keys", async () => {
    expect(await listing({})).toEqual([
      ["ok", "the bucket is there and the keys may list it"],
      ["ok", "the bucket keeps earlier versions of overwritten objects"],
    ]);
  });

  it("is warned of if it keeps no versions, or does not tell", async () => {
    const other = await TestStorage.start(false);
    expect((await listing(other.place))[1]).toEqual([
      "warning",
      expect.stringContaining("the bucket keeps no versions (versioning is off), so an access key"),
    ]);
    other.stop();
    const silent = { list: async () => [], versioning: () => Promise.reject(new Error("403")) };
    expect((await bucketFindings(silent))[1]).toMatchObject({
      ...{ level: "warning", text: "whether the bucket keeps earlier versions was not told: 403" },
      fix: expect.stringContaining("s3:GetBucketVersioning"),
    });
  });

  it("without versions at all, such as an SFTP server, is only listed", async () => {
    expect(await bucketFindings({ list: async () => [] })).toHaveLength(1);
  });

  it.each([
    ["another secret", { secretAccessKey: "another-secret-0123456789" }, "403"],
    ["an unknown key", { accessKeyId: "unknown-key" }, "403"],
    ["another bucket", { bucket: "another" }, "404"],
    ["nobody there", { endpoint: "http://127.0.0.1:9" }, "ECONNREFUSED"],
  ])("does not open with %s, and says why", async (_, differs, why) => {
    const found = await listing(differs);
    expect(found).toHaveLength(1);
    const [level, text] = found[0]!;
    expect(level).toBe("failure");
    expect(text).toContain("the bucket of webstack:backups.target does not open");
    expect(text).toContain(why);
  });
});
