import { describe, expect, it } from "vitest";
import { lineDiff } from "../../preview/line-diff";

const letters = "abcdefghijklmnop".split("");
const text = (lines: readonly string[]) => `${lines.join("\n")}\n`;

describe("the difference of two texts", () => {
  it("is empty if there is none", () => {
    expect(lineDiff("a\n", "a\n")).toEqual([]);
  });

  it("shows two lines around a change", () => {
    const changed = letters.map((letter) => (letter === "h" ? "H" : letter));
    expect(lineDiff(text(letters), text(changed))).toEqual([
      ...[" f", " g", "-h", "+H", " i", " j"],
    ]);
  });

  it("marks what it leaves out between two changes, and nothing at the ends", () => {
    const changed = letters.filter((letter) => letter !== "c" && letter !== "n");
    expect(lineDiff(text(letters), text(changed))).toEqual([
      ...[" a", " b", "-c", " d", " e", "@@", " l", " m", "-n", " o", " p"],
    ]);
  });

  it("takes the fewest lines", () => {
    expect(lineDiff("a\nb\nc\nd\n", "b\nx\nc\nd\n")).toEqual(["-a", " b", "+x", " c", " d"]);
  });

  it("knows texts that begin or end empty", () => {
    expect(lineDiff("", "a\nb\n")).toEqual(["+a", "+b"]);
    expect(lineDiff("a\n", "")).toEqual(["-a"]);
  });

  it("turns any text into any other one", () => {
    let seed = 7;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const lines = () => Array.from({ length: 12 }, () => "abc"[Math.floor(random() * 3)]!);
    for (let n = 0; n < 300; n++) {
      const [before, after] = [lines(), lines()];
      const diff = lineDiff(text(before), text(after));
      const removed = diff.filter((line) => line.startsWith("-")).length;
      const added = diff.filter((line) => line.startsWith("+")).length;
      expect(before.length - removed + added).toBe(after.length);
      const kept = diff.filter((line) => /^[ +]/.test(line)).map((line) => line.slice(1));
      let from = 0;
      for (const line of kept) from = after.indexOf(line, from) + 1 || Infinity;
      expect(from).toBeLessThan(Infinity);
    }
  });
});
