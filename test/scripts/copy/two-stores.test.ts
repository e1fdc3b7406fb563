import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keys } from "../../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../../host/archiver/store/object-store";
import { S3Store } from "../../../host/archiver/store/s3";
import { TestFileStorage } from "../../../localcloud/test/support/test-file-storage";
import { TestStorage, writer } from "../../../localcloud/test/support/test-storage";
import { storeOn } from "../../host/archiver/sftp-server";
import { grown, root } from "./archive";
import { copied, reached } from "./copying";

let storage: TestStorage;
let files: TestFileStorage;
let stores: Record<"s3" | "sftp", ObjectStore>;
beforeEach(async () => {
  [storage, files] = await Promise.all([TestStorage.start(), TestFileStorage.start()]);
  const s3 = new S3Store({ ...storage.place, ...writer }, () => new Date());
  stores = { s3, sftp: storeOn(files) };
});
afterEach(() => {
  storage.stop();
  files.stop();
});

const directions = [
  { name: "a bucket to an SFTP server", one: "s3", other: "sftp" },
  { name: "an SFTP server to a bucket", one: "sftp", other: "s3" },
] as const;

describe.each(directions)("a copy from $name", ({ one, other }) => {
  it("has all objects, is restored the same, and is added to", async () => {
    const [from, to] = [stores[one], stores[other]];
    const archive = await grown(from);
    expect(await copied(from, to)).toMatchObject({ faults: [], behind: { seconds: 0 } });
    await archive.step(2);
    await archive.base();
    expect(await copied(from, to)).toMatchObject({ faults: [], behind: { seconds: 0 } });
    const names = await from.list(`${root}/`);
    expect(await to.list(`${root}/`)).toEqual(names);
    for (const key of names) expect(await to.get(key)).toEqual(await from.get(key));
    expect(await reached(to)).toBe(10);
  });

  it("tells an object with other content by its name, and leaves it", async () => {
    const [from, to] = [stores[one], stores[other]];
    await grown(from);
    const [base] = await from.list(keys.bases(root, "t1"));
    await to.put(base!, Buffer.from("other"));
    expect((await copied(from, to)).faults).toEqual([
      expect.stringContaining(`${base} in backups.copy has other content`),
    ]);
    expect((await to.get(base!))!.toString()).toBe("other");
  });

  it("goes on where a failing store cut it off", async () => {
    const [from, to] = [stores[one], stores[other]];
    await grown(from);
    const { faults } = other === "s3" ? storage : files;
    faults.add(1, { fault: "storage", key: "0000000008.json", method: "PUT", status: 503 });
    await expect(copied(from, to)).rejects.toThrow(/^backups\.copy: PUT .*0000000008\.json/);
    faults.remove(1);
    expect(await reached(to)).toBe(7);
    expect(await copied(from, to)).toMatchObject({ faults: [], behind: { seconds: 0 } });
  });
});
