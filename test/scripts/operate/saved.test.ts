import { describe, expect, it } from "vitest";
import { describeSaved } from "../../../scripts/operate/saved";

const said = {
  ...{ gtids: "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11:6-7", reason: "the group lacks them" },
  ...{ donor: "db-2", savedAt: "2026-11-28T09:00:00.000Z", bytes: 9049 },
};

describe("saved transactions", () => {
  it("are named with their file and how it is read", () => {
    const lines = `2026-11-28T090000Z-1.json ${JSON.stringify(said)}\n`;
    expect(describeSaved(lines)).toEqual([
      `saved 2026-11-28T09:00:00.000Z before a copy of db-2: ${said.gtids} (9049 bytes)`,
      "  read it with: sudo grep -E '^(SET @@SESSION.GTID_NEXT|###)' /var/lib/webstack-supervisor/saved/2026-11-28T090000Z-1.sql",
    ]);
  });

  it("are nothing to tell where there are none, or no node answers", () => {
    expect(describeSaved("")).toEqual([]);
  });
});
