import { describe, expect, it } from "vitest";
import { identityFileProblem, isAgeRecipient } from "../../config/age-keys";

/** Keys of 32 bytes 7, as `age-keygen -y` derives them. */
const recipient = "age1zwlyl6h27gzv0lfntr7fcqrjrzqazap8sy5zylkxwneh7llf0dksu37mwt";
const identity = "AGE-SECRET-KEY-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSKMP32K";

/** The text with another character at a place. */
function flipped(text: string, at: number): string {
  const other = text[at]!.toLowerCase() === "q" ? "p" : "q";
  const isSmall = text[at] === text[at]!.toLowerCase();
  return text.slice(0, at) + (isSmall ? other : other.toUpperCase()) + text.slice(at + 1);
}

describe("a recipient of age", () => {
  it("is one with its checksum", () => {
    expect(isAgeRecipient(recipient)).toBe(true);
  });

  it("is none with any one character changed, or with two neighbours swapped", () => {
    for (let at = "age1".length; at < recipient.length; at++) {
      expect(isAgeRecipient(flipped(recipient, at)), String(at)).toBe(false);
    }
    expect(isAgeRecipient(recipient.replace("zwlyl", "zwyll"))).toBe(false);
  });

  it.each([
    ["in mixed case", recipient.replace("zw", "ZW")],
    ["in capital letters", recipient.toUpperCase()],
    ["of another kind", identity.toLowerCase()],
    ["too short", recipient.slice(0, -1)],
    ["too long", `${recipient}q`],
    ["with a space", ` ${recipient}`],
    ["with a character that no key has", recipient.replace("zw", "zb")],
  ])("is none %s", (_, text) => {
    expect(isAgeRecipient(text)).toBe(false);
  });
});

describe("a file of identities", () => {
  const file = (...lines: string[]) => [`# public key: ${recipient}`, ...lines, ""].join("\n");

  it.each([
    ["an identity", file(identity)],
    [
      "two identities, with the ends of lines of another system",
      `${identity}\r\n\r\n${identity}\r\n`,
    ],
    ["a kind that only age knows", file("AGE-PLUGIN-YUBIKEY-1QQQQ")],
  ])("is right with %s", (_, content) => {
    expect(identityFileProblem(content)).toBeUndefined();
  });

  it.each([
    [
      "has an identity in line 2 that has a character that is wrong: its checksum does not match",
      file(flipped(identity, 30)),
    ],
    [
      "has an identity in line 2 that mixes small and capital letters",
      file(identity.replace("QU", "qu")),
    ],
    ["has an identity in line 2 that is in small letters", file(identity.toLowerCase())],
    [
      "has an identity in line 2 that has 57 characters after its beginning, not 58",
      file(identity.slice(0, -1)),
    ],
    [
      "has an identity in line 2 that has a character that no key has (1, b, i, o or a sign)",
      file(identity.replace("QURS", "QUOS")),
    ],
    [
      "has a public key in line 2, which opens nothing: the identity begins with AGE-SECRET-KEY-1",
      file(recipient),
    ],
    ["has no identity: no line that begins with AGE-SECRET-KEY-1", file()],
    ["has no identity: no line that begins with AGE-SECRET-KEY-1", ""],
  ])("%s", (problem, content) => {
    expect(identityFileProblem(content)).toBe(problem);
  });
});
