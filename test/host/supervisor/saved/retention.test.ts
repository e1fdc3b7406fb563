import { describe, expect, it } from "vitest";
import { allowance, expired, type SavedFile } from "../../../../host/supervisor/saved/retention";

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
