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
  it("overwrites without a condition as S3 does, and keeps what was there", async () => {
    for (const body of ["first", "second", "third"]) await ask("PUT", "/backups/a", { body });
    await ask("PUT", "/backups/ab", { body: "other" });
    expect(await (await ask("GET", "/backups/a")).text()).toBe("third");
    const list = async (query: string) => (await ask("GET", `/backups?${query}`)).text();
    const all = await list("prefix=a&versions=");
    const ids = [...all.matchAll(/<VersionId>([^<]*)/g)].map(([, id]) => id!);
    expect([...all.matchAll(/<Key>([^<]*)/g)].map(([, key]) => key)).toEqual(["a", "a", "a", "ab"]);
    expect([...all.matchAll(/<IsLatest>([^<]*)/g)].map(([, is]) => is)).toEqual([
      ...["true", "false", "false", "true"],
    ]);
    const texts = ids.slice(0, 3).map(async (id) => {
      return (await ask("GET", `/backups/a?versionId=${id}`)).text();
    });
    expect(await Promise.all(texts)).toEqual(["third", "second", "first"]);
    const head = await ask("HEAD", `/backups/a?versionId=${ids[1]}`);
    expect(head.headers.get("content-length")).toBe("6");
    const page = await list("max-keys=2&prefix=a&versions=");
    expect(page).toContain(`<NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>${ids[1]}<`);
    const rest = await list(`key-marker=a&prefix=a&version-id-marker=${ids[1]}&versions=`);
    expect([...rest.matchAll(/<VersionId>([^<]*)/g)].map(([, id]) => id)).toEqual(ids.slice(2));
    expect(await code(ask("GET", "/backups/a?versionId=nothing"))).toBe("404 NoSuchVersion");
    // A new start, and the disk that the versions take.
    const again = new Objects(storage.folder, ["backups"]);
    expect([again.content("backups", "a", ids[2]).toString(), again.bytes]).toEqual(["first", 21]);
  });

  it("lets neither key delete a version, or stop the bucket from keeping versions", async () => {
    await ask("PUT", "/backups/a", { body: "x" });
    const { version } = storage.objects.find("backups", "a")!;
    for (const who of [writer, keeper]) {
      const deleted = ask("DELETE", `/backups/a?versionId=${version}`, { who });
      expect(await code(deleted)).toBe("403 AccessDenied");
      expect(await code(ask("PUT", "/backups?versioning=", { who, body: "<x/>" }))).toBe(
        "403 AccessDenied",
      );
    }
    expect(await (await ask("GET", "/backups?versioning=")).text()).toContain("Enabled");
    await ask("PUT", "/backups/a", { body: "y" });
    await ask("DELETE", "/backups/a", { who: keeper });
    expect(storage.objects.bytes).toBe(0);
  });

  it("loses what is overwritten if it keeps no versions", async () => {
    const other = await TestStorage.start(false);
    url = other.place.endpoint;
    for (const body of ["first", "second"]) await ask("PUT", "/backups/a", { body });
    expect(await (await ask("GET", "/backups?versioning=")).text()).not.toContain("Status");
    const all = await (await ask("GET", "/backups?versions=")).text();
    expect([...all.matchAll(/<VersionId>([^<]*)/g)].map(([, id]) => id)).toEqual(["null"]);
    other.stop();
  });
});
