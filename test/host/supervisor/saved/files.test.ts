import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listSaved, removeSaved, writeComplete } from "../../../../host/supervisor/saved/files";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "saved-"))));
afterEach(() => rmSync(folder, { recursive: true }));

async function* chunks(...texts: string[]) {
  yield* texts;
}

describe("a file that is whole", () => {
  it("has its size in bytes", async () => {
    expect(await writeComplete(join(folder, "one"), chunks("grüß", " dich"))).toBe(11);
    expect(readdirSync(folder)).toEqual(["one"]);
  });

  it("is not there at all if it would be too large", async () => {
    const written = writeComplete(join(folder, "one"), chunks("1234", "5678"), 7);
    await expect(written).rejects.toThrow(
      "the transactions need more than the 7 bytes that are allowed",
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("the list of what was saved", () => {
  const said = { gtids: "", reason: "", donor: "", savedAt: "2026-11-28T09:00:00.000Z", bytes: 1 };
  const add = (name: string) => {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(said));
    writeFileSync(join(folder, `${name}.sql`), "");
  };

  it("goes by the numbers, and knows no half files", async () => {
    ["2026-11-28T090000Z-10", "2026-12-24T090000Z-9"].forEach(add);
    writeFileSync(join(folder, "2026-11-28T090000Z-11.sql"), "");
    writeFileSync(join(folder, "2026-11-28T090000Z-12.json.draft"), "");
    expect((await listSaved(folder)).map(({ number }) => number)).toEqual([9, 10]);
  });

  it("loses both halves of what is removed", async () => {
    add("2026-11-28T090000Z-1");
    await removeSaved("2026-11-28T090000Z-1", folder);
    expect(readdirSync(folder)).toEqual([]);
  });
});
