import { describe, expect, it } from "vitest";
import lines from "../../config/node-lines.json";
import { architectureOf, isLocalEndpoint, nodeChecksum, nodeVersion } from "../../config/runtime";
import { releaseRuntime } from "../../config/release-schema";

describe("the version of Node.js that a setting means", () => {
  it("is that of a line as the project has it, however it is written", () => {
    expect(nodeVersion(24)).toBe(lines[24].version);
    expect(nodeVersion("24")).toBe(lines[24].version);
  });

  it("is an exact one as it is", () => {
    expect(nodeVersion("22.11.0")).toBe("22.11.0");
  });

  it.each([23, 24.1, "24.x", "latest", "16.0.0", "v24.21.0", ""])("is not %s", (named) => {
    expect(nodeVersion(named)).toBeUndefined();
  });

  it("has a sum if it is a line's", () => {
    expect(nodeChecksum(lines[24].version, "arm64")).toBe(lines[24].arm64);
    expect(nodeChecksum("22.11.0", "x64")).toBeUndefined();
  });
});

describe("the known lines", () => {
  it.each(Object.entries(lines))("%s is a version of it with sums", (name, line) => {
    expect(line.version).toMatch(new RegExp(`^${name}\\.\\d+\\.\\d+$`));
    for (const sum of [line.x64, line.arm64]) expect(sum).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });
});

describe("the runtime of a pin", () => {
  it.each([{}, { node: "24.21.0" }, { python: "." }, { executable: "bin/shop" }])(
    "may be %j",
    (runtime) => expect(releaseRuntime.parse(runtime)).toEqual(runtime),
  );

  it.each([{ node: "x" }, { node: "24.21.0", python: "." }, { ruby: "3" }, []])(
    "may not be %j",
    (runtime) => expect(releaseRuntime.safeParse(runtime).success).toBe(false),
  );
});

describe("processors", () => {
  it("follow from the server type", () => {
    expect(["cax21", "cpx22", "ccx13"].map(architectureOf)).toEqual(["arm64", "x64", "x64"]);
  });

  it("are this machine's on a cloud of its own", () => {
    expect(isLocalEndpoint("http://127.0.0.1:8080/v1")).toBe(true);
    expect(isLocalEndpoint("https://api.hetzner.cloud/v1")).toBe(false);
  });
});
