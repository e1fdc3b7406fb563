import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { serveSettings } from "../serve-settings";
import { scratch } from "./support/scratch";
import { tokens } from "./support/test-cloud";

function read(overrides: Record<string, string> = {}, lines = `${tokens.join("\n")}\n`) {
  const file = join(scratch(), "tokens");
  writeFileSync(file, lines);
  const words = { state: "s", port: "8480", tokens: file, driver: "memory", ...overrides };
  return serveSettings(Object.entries(words).map(([name, value]) => `--${name}=${value}`));
}

describe("settings of serve", () => {
  it("are those of the real API unless told otherwise", () => {
    const { behaviour, ...settings } = read();
    expect(settings).toEqual({
      state: "s",
      port: 8480,
      tokens: [...tokens],
      actions: "async",
      rateLimit: true,
    });
    expect(behaviour.hasDatacenters).toBe(false);
  });

  it("can be faster, laxer and older", () => {
    const flags = { actions: "instant", "rate-limit": "off", "api-date": "2026-06-30" };
    expect(read(flags)).toMatchObject({
      actions: "instant",
      rateLimit: false,
      behaviour: { hasDatacenters: true },
    });
  });

  it("have an image with the docker driver only", () => {
    expect(read({ driver: "docker", image: "host" }).image).toBe("host");
    expect(read({ image: "host" })).not.toHaveProperty("image");
    expect(() => read({ driver: "docker" })).toThrow("--driver docker needs --image TAG");
  });

  it.each([
    ["port", "x"],
    ["driver", "vm"],
    ["actions", "slow"],
    ["rate-limit", "1"],
    ["api-date", "tomorrow"],
    ["state", ""],
  ])("are refused with %s '%s'", (flag, value) => {
    expect(() => read({ [flag]: value })).toThrow("usage: main serve");
  });

  it("are refused with a token of another length, and without any", () => {
    expect(() => read({}, `${tokens[0]}\nshort\n`)).toThrow(/64 characters a line; line 2 is none/);
    expect(() => read({}, "\n")).toThrow(/it is empty/);
  });
});
