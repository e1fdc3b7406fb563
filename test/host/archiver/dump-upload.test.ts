import { describe, expect, it } from "vitest";
import { reportFailure, uploadDump } from "../../../host/archiver/base/upload";
import { sha256 } from "../../../host/archiver/chain/manifest";
import { MemoryStore } from "./memory-store";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const info = {
  timeline: "t",
  link: 4,
  gtids: `${uuid}:1-9`,
  plainBytes: 99,
  mysql: "9.7.4",
  sums: {},
};

async function* stream(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

describe("the upload of a dump", () => {
  it("puts SQL in objects of one size and the accounts in one, beside the bases, and the manifest last", async () => {
    const store = new MemoryStore();
    const streams = { rows: stream("abcde", "fgh"), accounts: stream("long", "er") };
    const dump = await uploadDump(streams, { store, root: "r", node: "db-2", id: "i", info }, 3);
    expect([...store.objects.keys()]).toEqual([
      ...["1", "2", "3"].map((number) => `r/t/dump-parts/i/0000${number}.age`),
      ...["r/t/dump-parts/i/accounts.age", "r/t/dumps/i.json"],
    ]);
    expect(JSON.parse(store.objects.get("r/t/dumps/i.json")!.toString())).toEqual(dump);
    const { parts, accounts, ...manifest } = dump;
    expect(parts.map(({ bytes }) => bytes)).toEqual([3, 3, 2]);
    const account = { key: "t/dump-parts/i/accounts.age", sha256: sha256("longer"), bytes: 6 };
    expect(accounts).toEqual(account);
    const sizes = { bytes: 8, plainBytes: 99 };
    const of = { gtids: info.gtids, link: 4, node: "db-2", mysql: "9.7.4" };
    expect(manifest).toEqual({ version: 1, id: "i", ...sizes, ...of });
  });

  it("says in the store why there is none", async () => {
    const store = new MemoryStore();
    await reportFailure("View app.v", { store, root: "r", node: "db-2", id: "i", info });
    const [[key, content]] = [...store.objects] as [[string, Buffer]];
    expect(key).toBe("r/t/dump-failures/i.json");
    expect(JSON.parse(content.toString())).toMatchObject({ id: "i", reason: "View app.v" });
  });
});
