import { describe, expect, it } from "vitest";
import { chooseEngine, type OfficialCli } from "../../../offline/engine/choice";

const complete: OfficialCli = { version: "v3.257.0", root: "/opt/pulumi", home: "/h", missing: [] };
const none: OfficialCli = { home: "/h", missing: [] };
const bare: OfficialCli = { ...complete, missing: ["hcloud 1.41.0"] };

describe("the choice of the engine", () => {
  it.each([
    ["the official one if it is complete", undefined, complete, "official"],
    ["its own without an official one", undefined, none, "offline"],
    ["its own without official plugins", undefined, bare, "offline"],
    ["its own if forced", "offline", complete, "offline"],
    ["the official one if forced", "official", complete, "official"],
    ["as if nothing were forced by an empty text", "", none, "offline"],
  ] as const)("is %s", (_what, forced, official, kind) => {
    const choice = chooseEngine(forced, official);
    expect(choice.kind).toBe(kind);
    expect(choice.line).toMatch(/^engine: /);
    expect(choice.line).not.toContain("\n");
  });

  it("says what the official one lacks", () => {
    expect(chooseEngine(undefined, bare).line).toContain("hcloud 1.41.0");
  });

  it("refuses a forced official one that is not complete", () => {
    expect(() => chooseEngine("official", none)).toThrow("no pulumi on the search path");
    expect(() => chooseEngine("official", bare)).toThrow("plugins hcloud 1.41.0 are not here");
  });

  it("refuses an engine that there is not", () => {
    expect(() => chooseEngine("docker", complete)).toThrow(
      'WEBSTACK_ENGINE must be official or offline, got "docker"',
    );
  });
});
