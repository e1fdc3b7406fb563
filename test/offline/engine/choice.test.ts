import { describe, expect, it } from "vitest";
import { chooseEngine, type OfficialCli } from "../../../offline/engine/choice";

const complete: OfficialCli = { version: "v3.257.0", root: "/opt/pulumi", home: "/h", missing: [] };
const none: OfficialCli = { home: "/h", missing: [] };
const bare: OfficialCli = { ...complete, missing: ["hcloud 1.41.0"] };
const old: OfficialCli = { ...complete, version: "v3.200.0" };
const newer: OfficialCli = { ...complete, version: "v3.1000.0" };
/** Oldest version that the project takes. */
const least = "3.257.0";

describe("the choice of the engine", () => {
  it.each([
    ["the official one if it is complete", undefined, complete, "official"],
    ["its own without an official one", undefined, none, "offline"],
    ["its own without official plugins", undefined, bare, "offline"],
    ["its own with an official one that is too old", undefined, old, "offline"],
    ["the official one if it is newer", undefined, newer, "official"],
    ["its own if forced", "offline", complete, "offline"],
    ["the official one if forced", "official", complete, "official"],
    ["as if nothing were forced by an empty text", "", none, "offline"],
  ] as const)("is %s", (_what, forced, official, kind) => {
    const choice = chooseEngine(forced, official, least);
    expect(choice.kind).toBe(kind);
    expect(choice.line).toMatch(/^engine: /);
    expect(choice.line).not.toContain("\n");
  });

  it("says what the official one lacks", () => {
    expect(chooseEngine(undefined, bare, least).line).toContain("hcloud 1.41.0");
    expect(chooseEngine(undefined, old, least).line).toContain(
      "the pulumi on the search path is v3.200.0, and the project takes 3.257.0 or newer",
    );
  });

  it("refuses a forced official one that is not complete", () => {
    expect(() => chooseEngine("official", none, least)).toThrow("no pulumi on the search path");
    expect(() => chooseEngine("official", bare, least)).toThrow(
      "plugins hcloud 1.41.0 are not here",
    );
    expect(() => chooseEngine("official", old, least)).toThrow("is v3.200.0");
  });

  it("refuses an engine that there is not", () => {
    expect(() => chooseEngine("docker", complete, least)).toThrow(
      'WEBSTACK_ENGINE must be official or offline, got "docker"',
    );
  });
});
