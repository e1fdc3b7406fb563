import { describe, expect, it } from "vitest";
import { settingChanges, valueText } from "../../preview/values";

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

it("names each edited setting with both values, secrets by name alone", () => {
  const before = {
    "webstack:web": { count: 2, headers: { A: "1" } },
    "webstack:app": { secretEnv: { KEY: { secure: "v1:old" } } },
    "webstack:image": "ubuntu-26.04",
  };
  const after = {
    "webstack:web": { count: 3, headers: { A: "1", B: "2" } },
    "webstack:app": { secretEnv: { KEY: { secure: "v1:new" } } },
    "webstack:locations": ["nbg1"],
  };
  expect(settingChanges(before, after, () => false)).toEqual([
    { key: "webstack:web.count", from: "2", to: "3" },
    { key: "webstack:web.headers.B", from: "nothing", to: "2" },
    { key: "webstack:app.secretEnv.KEY", from: "[secret]", to: "[secret]" },
    { key: "webstack:image", from: "ubuntu-26.04", to: "nothing" },
    { key: "webstack:locations", from: "nothing", to: '["nbg1"]' },
  ]);
});
