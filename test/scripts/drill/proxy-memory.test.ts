import { describe, expect, it } from "vitest";
import { growths, parsedMemory } from "../../../scripts/drill/proxy-memory";

describe("parsedMemory", () => {
  it("takes the programs of a node, in bytes", () => {
    expect(parsedMemory("web-1", "nginx 20 30\nhaproxy 5 6\n")).toEqual([
      { node: "web-1", program: "nginx", now: 20_480, peak: 30_720 },
      { node: "web-1", program: "haproxy", now: 5_120, peak: 6_144 },
    ]);
  });

  it("finds nothing in nothing", () => {
    expect(parsedMemory("web-1", "\n")).toEqual([]);
  });
});

describe("growths", () => {
  const memory = (node: string, now: number, peak: number) => {
    return { node, program: "nginx", now, peak };
  };

  it("are from the memory before to the peak after, the largest first", () => {
    const before = [memory("web-1", 100, 900), memory("web-2", 50, 50)];
    const after = [memory("web-1", 90, 130), memory("web-2", 60, 200)];
    expect(growths(before, after)).toEqual([
      { of: "nginx on web-2", bytes: 150 },
      { of: "nginx on web-1", bytes: 30 },
    ]);
  });

  it("are the whole memory of a program that was not there before", () => {
    expect(growths([], [memory("web-1", 90, 130)])).toEqual([{ of: "nginx on web-1", bytes: 130 }]);
  });
});
