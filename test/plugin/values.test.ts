import { describe, expect, it } from "vitest";
import { decodeMap, encodeMap, holdsUnknown, unknown } from "../../plugin/values";

const signature = "4dabf18193072939515e22adb298388d";
const secret = "1b47061264138c4ac30d75fd1eb44270";

describe("values of the engine's protocol", () => {
  it("come without marks of secrets, and without nulls", () => {
    const map = { a: { [signature]: secret, value: ["x"] }, b: null, c: { d: null, e: 0 } };
    expect(decodeMap(map)).toEqual({ a: ["x"], c: { e: 0 } });
  });

  it("keep what is unknown, there and back", () => {
    const text = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const map = decodeMap({ a: text, b: [text], c: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7" });
    expect(map).toEqual({ a: unknown, b: [unknown], c: unknown });
    expect(encodeMap(map)).toEqual({ a: text, b: [text], c: text });
    expect([holdsUnknown(map), holdsUnknown({ a: ["b"] })]).toEqual([true, false]);
  });

  it("in lists stay in their places when they are absent", () => {
    expect(encodeMap(decodeMap({ list: [1, null, 2] }))).toEqual({ list: [1, null, 2] });
  });

  it("go out with members of members marked, and every member by *", () => {
    const map = { connection: { host: "a", key: "b" }, secrets: { "/etc/a.env": "c" } };
    expect(encodeMap(map, ["connection.key", "secrets.*", "absent.key"])).toEqual({
      connection: { host: "a", key: { [signature]: secret, value: "b" } },
      secrets: { "/etc/a.env": { [signature]: secret, value: "c" } },
    });
  });

  it("go out with secrets marked", () => {
    expect(encodeMap({ a: "x", b: "y", c: undefined }, ["a"])).toEqual({
      a: { [signature]: secret, value: "x" },
      b: "y",
    });
  });
});
