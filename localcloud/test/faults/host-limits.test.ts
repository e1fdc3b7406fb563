import { describe, expect, it } from "vitest";
import { processorGroupOf, deviceOf, throttleOf, shapingWords } from "../../faults/host-limits";

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

const version1 = "9:name=systemd:/docker/abc\n7:blkio:/docker/abc\n0::/docker/abc/init.scope\n";
const version2 = "0::/system.slice/docker-abc.scope/init.scope\n";

describe("the limit of writes", () => {
  it("is set in blkio where control groups have it", () => {
    expect(throttleOf(version1, true, "254:0", 2)).toEqual({
      file: "/sys/fs/cgroup/blkio/docker/abc/blkio.throttle.write_iops_device",
      text: "254:0 2",
    });
  });

  it("is set for the whole host in the unified tree, and lifted with max", () => {
    const file = "/sys/fs/cgroup/system.slice/docker-abc.scope/io.max";
    expect(throttleOf(version2, true, "8:0", 2)).toEqual({ file, text: "8:0 wiops=2" });
    expect(throttleOf(version2, true, "8:0", 0).text).toBe("8:0 wiops=max");
  });

  it("is refused where neither exists", () => {
    expect(() => throttleOf(version2, false, "8:0", 2)).toThrow("cannot limit writes");
  });

  it("is for a device as the kernel numbers it", () => {
    expect(deviceOf(65_024)).toBe("254:0");
    expect(deviceOf(2_049)).toBe("8:1");
  });
});

describe("what slows a link", () => {
  it("is a token bucket for a rate", () => {
    expect(shapingWords({ kbitPerSecond: 800 }).join(" ")).toBe(
      "tbf rate 800kbit burst 32kbit latency 400ms",
    );
  });

  it("is netem for a delay", () => {
    expect(shapingWords({ delayMs: 100, jitterMs: 20 }).join(" ")).toBe("netem delay 100ms 20ms");
  });
});
