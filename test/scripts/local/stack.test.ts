import { describe, expect, it } from "vitest";
import { parsedSettings } from "../../../scripts/local/stack";

describe("settings of the local stack", () => {
  it("are the map in the text", () => {
    expect(parsedSettings("config:\n  webstack:protect: false\n")).toEqual({
      config: { "webstack:protect": false },
    });
  });

  it("are refused with the file, the line and the rule if the text is no YAML", () => {
    const build = "pip install --only-binary=:all: --python-version 3.14";
    expect(() => parsedSettings(`config:\n  webstack:app:\n    build: ${build}\n`)).toThrow(
      /^Pulumi\.local\.yaml must be YAML, got an error: .* at line 3, column 12: correct that line \(.*needs quotes/,
    );
  });
});
