import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { settingsSchema } from "../../../config/schema";
import { killedEdits, killMoment } from "../../../scripts/drill/edits-killed";
import type { StackSettings } from "../../../scripts/drill/up";

/** Settings of the local stack below `config:`. */
function settings(): StackSettings {
  const file = join(__dirname, "..", "..", "..", "Pulumi.local.yaml");
  return (parse(readFileSync(file, "utf8")) as { config: StackSettings }).config;
}

/** Names of the groups of settings that differ. */
function changedGroups(before: StackSettings, after: StackSettings): string[] {
  const names = Object.keys(after);
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

describe("the moments of a kill", () => {
  const moments = Array.from({ length: 20 }, (_, n) => killMoment(n));

  it("are the same in each process", () => {
    expect(moments.slice(0, 3).map((part) => part.toFixed(3))).toEqual(["0.336", "0.183", "0.378"]);
  });

  it("are spread over the whole time of an up", () => {
    expect(moments.every((part) => part >= 0 && part < 1)).toBe(true);
    const quarters = moments.map((part) => Math.floor(part * 4));
    expect(new Set(quarters).size).toBe(4);
    expect(new Set(moments).size).toBe(20);
  });

  it("differ for each of the edits, which take turns", () => {
    const early = killedEdits.map((_, i) =>
      moments.some((part, n) => n % killedEdits.length === i && part < 0.5),
    );
    const late = killedEdits.map((_, i) =>
      moments.some((part, n) => n % killedEdits.length === i && part >= 0.5),
    );
    expect([...early, ...late]).not.toContain(false);
  });
});

describe.each(killedEdits)("the edit that is killed: $title", ({ change }) => {
  it("changes several groups of settings", () => {
    const edited = settings();
    change(edited);
    expect(changedGroups(settings(), edited).length).toBeGreaterThan(1);
  });

  it("is valid", () => {
    const edited = settings();
    change(edited);
    const raw = Object.entries(edited).map(([key, value]) => [key.replace("webstack:", ""), value]);
    expect(settingsSchema.safeParse(Object.fromEntries(raw)).error).toBeUndefined();
  });
});
