import { describe, expect, it } from "vitest";
import { valueText } from "../../preview/values";

const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "v1:abc",
};
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("a value for people", () => {
  it.each([
    ["text", "text"],
    [12, "12"],
    [undefined, "nothing"],
    [secret, "[secret]"],
    ["[secret]", "[secret]"],
    [unknown, "[known later]"],
    [{ a: secret, b: [unknown, 1] }, '{"a":[secret],"b":[[known later],1]}'],
  ])("of %j is %s", (value, expected) => {
    expect(valueText(value)).toBe(expected);
  });
});
