import { describe, expect, it } from "vitest";
import { keepingSizes } from "../../../scripts/back/kept-settings";

/** A stack file with a comment. */
const file = (volume: string) =>
  `config:\n  # The databases.\n  webstack:db:\n    nodes: 3${volume}\n  webstack:web: { count: 2 }\n`;
const sized = (gb: number) => file(`\n    volumeGb: ${gb}`);

describe("a stack file to go back to", () => {
  it("keeps the larger size of the present one, and all else of its own", () => {
    const { text, lines } = keepingSizes(sized(80), sized(40));
    expect(text).toBe(sized(80));
    expect(lines).toEqual([
      "webstack:db → volumeGb stays 80 (40 before): Hetzner makes no volume smaller",
    ]);
  });

  it.each([
    ["an equal size", sized(40), sized(40)],
    ["a larger size", sized(40), sized(80)],
    ["no volume then", sized(40), file("")],
    ["no volume now", file(""), sized(40)],
    ["an empty file", "", ""],
  ])("is unchanged with %s", (_, now, then) => {
    expect(keepingSizes(now, then)).toEqual({ text: then, lines: [] });
  });
});
