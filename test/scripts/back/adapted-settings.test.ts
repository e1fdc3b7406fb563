import { describe, expect, it } from "vitest";
import { withPresentSizes, withoutExpiredConsent } from "../../../scripts/back/adapted-settings";

/** A stack file with a comment. */
const file = (volume: string) =>
  `config:\n  # The databases.\n  webstack:db:\n    nodes: 3${volume}\n  webstack:web: { count: 2 }\n`;
const sized = (gb: number) => file(`\n    volumeGb: ${gb}`);

describe("a stack file to go back to", () => {
  it("keeps the larger size of the present one, and all else of its own", () => {
    const { text, lines } = withPresentSizes(sized(80), sized(40));
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
    expect(withPresentSizes(now, then)).toEqual({ text: then, lines: [] });
  });
});

describe("the consent of a stack file to go back to", () => {
  const today = new Date("2026-10-02T00:30:00Z");
  const web = "  # The web.\n  webstack:web: { count: 2 }\n";
  const list = (...lines: string[]) =>
    `config:\n  webstack:consent:\n${lines.map((line) => `    - ${line}\n`).join("")}${web}`;

  it("goes line by line once its last day is over, and no other line", () => {
    const [first, last] = ["resize app until 2026-10-01", "delete volumes until 2026-09-30"];
    const holds = "delete web-3 until 2026-10-02";
    expect(withoutExpiredConsent(list(first, holds, last), today)).toEqual({
      text: list(holds),
      lines: [
        `webstack:consent: left out "${first}", whose last day is over`,
        `webstack:consent: left out "${last}", whose last day is over`,
      ],
    });
  });

  it("goes as a whole if no line is left", () => {
    const { text } = withoutExpiredConsent(list("resize app until 2026-10-01"), today);
    expect(text).toBe(`config:\n${web}`);
  });

  it.each([
    "config: {}\n",
    "",
    list("resize app until 2026-10-02"),
    list("no consent"),
    "config:\n  webstack:consent: 5\n",
  ])("is unchanged in %j", (then) => {
    expect(withoutExpiredConsent(then, today)).toEqual({ text: then, lines: [] });
  });
});
