import { describe, expect, it } from "vitest";
import { freezerOf } from "../../machines/freezer";

describe("freezerOf", () => {
  it("takes the freezer of version 1, and waits for its last word", () => {
    const freezer = freezerOf(
      "7:blkio:/docker/ab\n6:freezer:/docker/ab\n0::/docker/ab/init.scope\n",
    );
    expect(freezer.file).toBe("/sys/fs/cgroup/freezer/docker/ab/freezer.state");
    expect(freezer.seenIn).toBe(freezer.file);
    expect(freezer.seen.test("FREEZING\n")).toBe(false);
    expect(freezer.seen.test("FROZEN\n")).toBe(true);
  });

  it("takes version 2 for the whole host, not for the group of its systemd", () => {
    const freezer = freezerOf("0::/system.slice/docker-ab.scope/init.scope\n");
    expect(freezer.file).toBe("/sys/fs/cgroup/system.slice/docker-ab.scope/cgroup.freeze");
    expect(freezer.seenIn).toBe("/sys/fs/cgroup/system.slice/docker-ab.scope/cgroup.events");
    expect(freezer.seen.test("populated 1\nfrozen 0\n")).toBe(false);
    expect(freezer.seen.test("populated 1\nfrozen 1\n")).toBe(true);
  });

  it("says so where there are no control groups", () => {
    expect(() => freezerOf("\n")).toThrow("cannot freeze a host");
  });
});
