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
      ["ok", "the bucket lets the keys delete nothing"],
    ]);
    expect(storage.objects.bytes).toBe(0);
  });

  it.each(["s3:DeleteObject", "s3:DeleteObjectVersion"])(
    "is warned of if its keys have %s",
    async (right) => {
      const found = await bucketFindings({
        ...{ list: async () => [], versioning: async () => "Enabled" },
        rightToDelete: async () => right,
      });
      expect(found[2]).toEqual({
        ...{ check: "backups", level: "warning" },
        text: `the access key of webstack:backups.target may delete (${right}), so whoever has it can delete every backup`,
        fix: "deny the access key all that docs/backups.md does not list, by a policy of the bucket",
      });
    },
  );

  it("is warned of if nobody tells whether its keys may delete", async () => {
    const rightToDelete = () => Promise.reject(new Error("501 NotImplemented"));
    const found = await bucketFindings({
      ...{ list: async () => [], versioning: async () => "Enabled", rightToDelete },
    });
    expect(found[2]).toMatchObject({
      ...{ level: "warning", text: "whether the keys may delete was not told: 501 NotImplemented" },
    });
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

  it("is no bucket but an SFTP server: its key may delete, and snapshots protect", async () => {
    const found = await bucketFindings({ list: async () => [] });
    expect(found.map(({ level }) => level)).toEqual(["ok", "note"]);
    expect(found[1]!.text).toBe(
      "the key of webstack:backups.target may delete what it wrote, as on every SFTP server",
    );
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
