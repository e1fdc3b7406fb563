import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { keeper, TestStorage, writer } from "../../../localcloud/test/support/test-storage";
import { VersionedBucket } from "../../../scripts/restore/versioned-bucket";

const now = () => new Date();
let storage: TestStorage;
beforeEach(async () => {
  storage = await TestStorage.start();
});
afterEach(() => storage.stop());

/** The right that a key has in the local cloud's storage. */
const rightOf = (key: typeof writer) =>
  new VersionedBucket({ ...storage.place, ...key }, now).rightToDelete();

/** A store that gives the answers one after the other, and what it was asked. */
async function answering(...answers: (readonly [status: number, code?: string])[]) {
  const asked: string[] = [];
  const server: Server = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url!.replace(/[0-9a-f-]{36}/, "<random>")}`);
    const [status, code] = answers[asked.length - 1]!;
    response.writeHead(status).end(code === undefined ? "" : `<Error><Code>${code}</Code></Error>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bucket = new VersionedBucket({ ...storage.place, ...writer, endpoint }, now);
  return { asked, bucket };
}

describe("the right of an access key to delete", () => {
  it("is none for the hosts' key of the local cloud, and is found for the key that prunes", async () => {
    storage.objects.put("backups", "a", Buffer.from("x"), now());
    expect(await rightOf(writer)).toBeUndefined();
    expect(await rightOf(keeper)).toBe("s3:DeleteObject");
    expect(storage.objects.find("backups", "a")).toBeDefined();
  });

  it("is asked for an object that does not exist, a version first", async () => {
    const { asked, bucket } = await answering([403, "AccessDenied"], [403, "AccessDenied"]);
    expect(await bucket.rightToDelete()).toBeUndefined();
    expect(asked).toEqual([
      "DELETE /backups/webstack-doctor/<random>?versionId=null",
      "DELETE /backups/webstack-doctor/<random>",
    ]);
  });

  it.each([[204], [404, "NoSuchVersion"]] as const)(
    "is that to versions if the store answers %s, and nothing else is deleted",
    async (...answer) => {
      const { asked, bucket } = await answering(answer);
      expect(await bucket.rightToDelete()).toBe("s3:DeleteObjectVersion");
      expect(asked).toHaveLength(1);
    },
  );

  it.each([
    [403, "SignatureDoesNotMatch"],
    [501, "NotImplemented"],
    [503, "ServiceUnavailable"],
  ] as const)("is not known by %i %s", async (status, code) => {
    const { bucket } = await answering([status, code]);
    await expect(bucket.rightToDelete()).rejects.toThrow(
      new RegExp(`^DELETE webstack-doctor/\\S+ failed with status ${status} ${code}$`),
    );
  });
});
