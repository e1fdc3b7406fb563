import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { layOutHome } from "../../../offline/engine/home";
import { pluginVersions } from "../../../offline/engine/versions";

const versions = pluginVersions(join(__dirname, "..", "..", ".."));
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "home-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("the private home of the engine", () => {
  it("has one plugin folder for each SDK, with its version", () => {
    layOutHome(home, versions);
    expect(readdirSync(join(home, "plugins")).sort()).toEqual(
      Object.entries(versions).map(([name, version]) => `resource-${name}-v${version}`),
    );
  });

  it("has programs that exec the stand-ins", () => {
    layOutHome(home, versions);
    for (const [name, version] of Object.entries(versions)) {
      const script = join(
        home,
        "plugins",
        `resource-${name}-v${version}`,
        `pulumi-resource-${name}`,
      );
      expect(() => accessSync(script, constants.X_OK)).not.toThrow();
      expect(readFileSync(script, "utf8")).toMatch(
        new RegExp(
          `^#!/bin/sh\\n# .*\\nexport NODE_COMPILE_CACHE='.*'\\nexec .*/resource-${name}-v${version}/main\\.cjs' "\\$@"\\n$`,
        ),
      );
    }
  });

  it("has each program as one file, whose name is the plugin's", () => {
    layOutHome(home, versions);
    for (const [name, version] of Object.entries(versions)) {
      const program = join(home, "plugins", `resource-${name}-v${version}`, "main.cjs");
      expect(readFileSync(program, "utf8")).toContain(`pluginVersion("${name}")`);
    }
  });

  it("has no directory for the engine's logs, and removes an earlier one", () => {
    mkdirSync(join(home, "logs"));
    writeFileSync(join(home, "logs", "earlier.log"), "");
    layOutHome(home, versions);
    expect(statSync(join(home, "logs")).isFile()).toBe(true);
    layOutHome(home, versions);
    expect(statSync(join(home, "logs")).isFile()).toBe(true);
  });

  it("keeps no other version, and is the same when laid out again", () => {
    mkdirSync(join(home, "plugins", "resource-hcloud-v0.0.1"), { recursive: true });
    layOutHome(home, versions);
    layOutHome(home, versions);
    expect(readdirSync(join(home, "plugins"))).toHaveLength(3);
  });
});
