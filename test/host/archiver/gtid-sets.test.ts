import { describe, expect, it } from "vitest";
import { encodeGtidSet, subtract, isSameSet, union } from "../../../host/archiver/gtid-sets";

const a = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const b = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

describe("GTID sets", () => {
  it("are joined whatever their form", () => {
    expect(union(`${b}:1`, `${a}:5-7:1-3`, `${a}:4`, "")).toBe(`${a}:1-7,${b}:1`);
    expect(isSameSet(`${a}:1-2:3`, `${a.toUpperCase()}:1-3`)).toBe(true);
  });

  it("are taken from each other to the single transaction", () => {
    expect(subtract(`${a}:1-10,${b}:1-3`, `${a}:4:6-7`)).toBe(`${a}:1-3:5:8-10,${b}:1-3`);
    expect(subtract(`${a}:5-6`, `${a}:1-4:6-9`)).toBe(`${a}:5`);
    expect(subtract(`${a}:2-3`, `${a}:1-9`)).toBe("");
    expect(subtract("", `${a}:1`)).toBe("");
  });

  it("are written as the protocol has them: UUID, count, first, and one behind the last", () => {
    const bytes = encodeGtidSet(`${a}:1-3:7`);
    expect(bytes.readBigUInt64LE(0)).toBe(1n);
    expect(bytes.subarray(8, 24).toString("hex")).toBe(a.replaceAll("-", ""));
    expect([24, 32, 40, 48, 56].map((at) => bytes.readBigUInt64LE(at))).toEqual([
      2n,
      1n,
      4n,
      7n,
      8n,
    ]);
    expect(encodeGtidSet("")).toEqual(Buffer.alloc(8));
  });

  it("with a tag are refused", () => {
    expect(() => encodeGtidSet(`${a}:tag:1`)).toThrow("GTIDs with tags are not archived");
  });
});
