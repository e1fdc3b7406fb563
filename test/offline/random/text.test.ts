import { describe, expect, it } from "vitest";
import { randomText, type TextOptions } from "../../../offline/random/text";

const wish = (more: Partial<TextOptions> = {}): TextOptions => ({
  length: 200,
  lower: true,
  upper: true,
  numeric: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
  ...more,
});

describe("a random text", () => {
  it("has its length and never comes twice", () => {
    expect(randomText(wish())).toHaveLength(200);
    expect(randomText(wish())).not.toBe(randomText(wish()));
  });

  it("is made of what is allowed", () => {
    expect(randomText(wish({ special: false }))).toMatch(/^[A-Za-z0-9]+$/);
    expect(randomText(wish({ lower: false, upper: false, special: false }))).toMatch(/^[0-9]+$/);
    expect(
      randomText(wish({ lower: false, upper: false, numeric: false, overrideSpecial: "_" })),
    ).toMatch(/^_+$/);
  });

  it("has at least what is asked for", () => {
    const text = randomText(wish({ length: 6, minUpper: 2, minNumeric: 2, minSpecial: 2 }));
    expect(text.replace(/[A-Z]/g, "")).toHaveLength(4);
    expect(text.replace(/[0-9]/g, "")).toHaveLength(4);
  });

  it("is refused if nothing is allowed, or the minimums are too long", () => {
    const none = { lower: false, upper: false, numeric: false, special: false };
    expect(() => randomText(wish(none))).toThrow("at least one of lower, upper, numeric, special");
    expect(() => randomText(wish({ length: 1, minLower: 2 }))).toThrow("length must be at least");
  });
});
