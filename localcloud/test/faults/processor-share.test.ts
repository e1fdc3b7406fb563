import { describe, expect, it } from "vitest";
import { processorGroupOf } from "../../faults/processor-share";

describe("the share of a processor", () => {
  it("is set in the host's own group of the controller for processor time", () => {
    const cgroups = "2:cpuacct:/docker/abc\n1:cpu:/docker/abc\n0::/docker/abc/init.scope\n";
    expect(processorGroupOf(cgroups)).toBe("/sys/fs/cgroup/cpu/docker/abc");
  });

  it("is lifted from a process that has one", () => {
    expect(processorGroupOf("1:cpu:/docker/abc/webstack-share\n")).toBe(
      "/sys/fs/cgroup/cpu/docker/abc",
    );
  });

  it("is refused where there is no such controller", () => {
    expect(() => processorGroupOf("0::/system.slice/docker-abc.scope\n")).toThrow("no tree");
  });
});
