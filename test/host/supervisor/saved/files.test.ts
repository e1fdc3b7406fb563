import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  listSaved,
  removeSaved,
  writeComplete,
  allowance,
  expired,
  type SavedFile,
} from "../../../../host/supervisor/saved/files";

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
  const record = {
    gtids: "",
    reason: "",
    donor: "",
    savedAt: "2026-11-28T09:00:00.000Z",
    bytes: 1,
  };
  const add = (name: string) => {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(record));
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

const now = Date.parse("2026-11-28T09:00:00Z");
const mib = 2 ** 20;

/** Files of these ages in days, the first one with the lowest number. */
function files(...agesDays: number[]): SavedFile[] {
  return agesDays.map((days, i) => ({
    ...{ number: i + 1, name: `file-${i + 1}`, gtids: "", reason: "", donor: "db-2" },
    ...{ savedAt: new Date(now - days * 86_400_000).toISOString(), bytes: 100 * mib },
  }));
}

describe("how long saved transactions are kept", () => {
  it("is two weeks", () => {
    expect(expired(files(14.1, 13, 12, 5, 2, 1), now)?.number).toBe(1);
    expect(expired(files(13.9, 13, 12, 5, 2, 1), now)).toBeUndefined();
  });

  it("is for ever for the newest five", () => {
    expect(expired(files(100, 90, 80, 70, 60), now)).toBeUndefined();
    expect(expired(files(100, 90, 80, 70, 60, 50), now)?.number).toBe(1);
  });

  it("goes by the numbers: behind a young file none is old", () => {
    expect(expired(files(1, 400, 400, 400, 400, 400), now)).toBeUndefined();
  });

  it("ends for one at a time, also on a clock that was set years ahead", () => {
    const later = now + 3_650 * 86_400_000;
    expect(expired(files(9, 8, 7, 6, 5, 4, 3), later)?.number).toBe(1);
  });
});

describe("the room for one more file", () => {
  /** A file system of that size with so much of it free, MiB. */
  const disk = (size: number, free: number) => ({ blocks: size, bavail: free, bsize: mib });

  it("is a twentieth of the disk, or 2 GiB of a large one, less what is there", () => {
    expect(allowance([], disk(10_240, 9_000))).toBe(512 * mib);
    expect(allowance(files(1, 2), disk(10_240, 9_000))).toBe(312 * mib);
    expect(allowance([], disk(400_000, 300_000))).toBe(2_048 * mib);
  });

  it("leaves the last 256 MiB of a disk to MySQL", () => {
    expect(allowance([], disk(10_240, 300))).toBe(44 * mib);
    expect(allowance([], disk(10_240, 200))).toBeLessThan(0);
  });
});
