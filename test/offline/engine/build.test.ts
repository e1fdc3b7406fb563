import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  buildArguments,
  cacheDirectory,
  cliVersion,
  contentHash,
} from "../../../offline/engine/build";
import { sdkVersion } from "../../../offline/engine/versions";

const root = join(__dirname, "..", "..", "..");
const goMod = readFileSync(join(root, "offline/engine/go.mod"), "utf8");

describe("the build of the engine", () => {
  it("is the version of the installed SDK", () => {
    expect(cliVersion(goMod)).toBe(`v${sdkVersion(root)}`);
  });

  it("repeats the replacement that the CLI's own module needs", () => {
    expect(goMod).toMatch(/^replace github\.com\/atotto\/clipboard => github\.com\/tgummerer/m);
    expect(goMod).toMatch(/^tool github\.com\/pulumi\/pulumi\/pkg\/v3\/cmd\/pulumi$/m);
  });

  it("sets the version and leaves out paths of the machine", () => {
    const args = buildArguments("v1.2.3", "/out/pulumi");
    expect(args).toContain("-trimpath");
    expect(args.find((arg) => arg.startsWith("-ldflags"))).toMatch(/version\.Version=v1\.2\.3$/);
  });

  it("has a name that changes with the module", () => {
    expect(contentHash(goMod, "a")).toMatch(/^[0-9a-f]{16}$/);
    expect(contentHash(goMod, "a")).toBe(contentHash(goMod, "a"));
    expect(contentHash(goMod, "a")).not.toBe(contentHash(goMod, "b"));
  });

  it("is kept where caches are", () => {
    expect(cacheDirectory({ XDG_CACHE_HOME: "/c" })).toBe("/c/webstack/engine");
    expect(cacheDirectory({})).toMatch(/\/\.cache\/webstack\/engine$/);
  });
});
