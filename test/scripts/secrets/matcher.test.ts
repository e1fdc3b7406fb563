import { describe, expect, it } from "vitest";
import { Matcher } from "../../../scripts/secrets/matcher";

const pattern = (text: string, secret: number) => ({
  bytes: Buffer.from(text),
  secret,
  form: "plain",
});

describe("the matcher", () => {
  const all = [
    pattern("abcdefghijkl", 0),
    pattern("cdefghijklmnop", 1),
    pattern("aaaaaaaaaaaa", 2),
  ];

  it("finds what overlaps, at the very ends too", () => {
    const hits = new Matcher(all).search(Buffer.from("abcdefghijklmnop aaaaaaaaaaaaa"));
    expect(hits.map(({ pattern: { secret }, at }) => [secret, at])).toEqual([
      [0, 0],
      [1, 2],
      [2, 17],
      [2, 18],
    ]);
  });

  it("finds as much as a plain search in random bytes", () => {
    const letters = Array.from({ length: 50_000 }, (_, i) => "ab"[(i * i * 7919 + (i >> 3)) % 2]);
    const text = letters.join("");
    const patterns = [12, 13, 40].map((length, i) => pattern(text.slice(777, 777 + length), i));
    const found = new Matcher(patterns).search(Buffer.from(text)).length;
    let expected = 0;
    for (const { bytes } of patterns) {
      for (let at = -1; (at = text.indexOf(bytes.toString(), at + 1)) >= 0;) expected += 1;
    }
    expect(found).toBe(expected);
  });

  it("finds what lies across the pieces of a stream", () => {
    const { feed, found } = new Matcher(all).stream();
    for (const letter of "..abcdefghijklmno") feed(Buffer.from(letter));
    expect([...found].map(({ secret }) => secret)).toEqual([0]);
  });
});
