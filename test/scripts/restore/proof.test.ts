import { describe, expect, it } from "vitest";
import { sayFailed, sayProved } from "../../../scripts/restore/proof";
import { MemoryStore } from "../../host/archiver/memory-store";

const base = { version: 1 as const, id: "20261128T031500Z", parts: [], gtids: "", link: 0 };
const plan = {
  base: { ...base, bytes: 1, plainBytes: 1, node: "db-2", mysql: "9.7.4" },
  ...{ links: [], missing: "", faults: [], bytes: 1 },
};

describe("a proof in the bucket", () => {
  it("is named after its time, and says what was proved of which moment", async () => {
    const store = new MemoryStore();
    const restored = { gtids: "x:1-3", transactions: 3, lastUs: 1_000_000 };
    const tables = [
      { table: "app.a", rows: 2 },
      { table: "app.b", rows: 3 },
    ];
    const target = { kind: "time", us: 1_500_000 } as const;
    const endUs = (Date.now() - 20_000) * 1_000;
    const line = await sayProved(store, "w", { plan, target, restored, tables, ms: 5_000, endUs });
    const [[key, content]] = [...store.objects] as [[string, Buffer]];
    expect(key).toMatch(/^w\/proofs\/\d{8}T\d{6}Z\.json$/);
    const said = { to: "1970-01-01T00:00:01.500000Z", tables: 2, rows: 5, transactions: 3 };
    expect(JSON.parse(content.toString())).toMatchObject({ ...said, base: base.id, seconds: 5 });
    expect(line).toContain("15.0 s behind when it began");
  });

  it("is in another folder if it failed", async () => {
    const store = new MemoryStore();
    await sayFailed(store, "w", "link 5 is not there");
    const [[key, content]] = [...store.objects] as [[string, Buffer]];
    expect(key).toMatch(/^w\/proof-failures\/\d{8}T\d{6}Z\.json$/);
    expect(JSON.parse(content.toString())).toMatchObject({ reason: "link 5 is not there" });
  });
});
