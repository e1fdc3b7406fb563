import { describe, expect, it } from "vitest";
import { upWords } from "../../../scripts/up/command-line";

describe("the words of npm run up", () => {
  it("name the stack and its settings in each form that pulumi up knows", () => {
    const dev = { stack: "dev", settings: [], isElsewhere: false };
    for (const words of [["--stack", "dev"], ["--stack=dev"], ["-s", "dev"], ["-sdev", "-y"]]) {
      expect(upWords(words)).toEqual(dev);
    }
    expect(upWords(["-f", "-y", "--message", "--stack of ann", "--refresh", "-s", "dev"])).toEqual(
      dev,
    );
    expect(upWords(["--config-file", "a.yaml", "--yes", "--skip-preview"])).toEqual({
      ...{ stack: undefined, settings: ["--config-file", "a.yaml"], isElsewhere: false },
    });
    expect(upWords([])).toEqual({ stack: undefined, settings: [], isElsewhere: false });
  });

  it("say if no update begins on this machine, or one of another project", () => {
    for (const words of [["--help"], ["-h"], ["--remote", "x"], ["-C", "/p"], ["--cwd=/p"]]) {
      expect(upWords(words).isElsewhere).toBe(true);
    }
  });
});
