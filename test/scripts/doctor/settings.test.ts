import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../../../scripts/doctor/command-line";
import { settingsIn, settingsOf, standIn } from "../../../scripts/doctor/settings";

describe("the settings in a stack file", () => {
  it("are texts as the engine hands them over", () => {
    const text = "config:\n  webstack:protect: false\n  webstack:web:\n    count: 3\n";
    expect(settingsIn(text, "Pulumi.x.yaml")).toEqual({
      values: { "webstack:protect": "false", "webstack:web": '{"count":3}' },
      secretKeys: [],
      hidden: [],
    });
  });

  it("have stand-ins for what is encrypted, wherever it is", () => {
    const text = [
      "config:",
      "  hcloud:token: { secure: v1:abc }",
      "  webstack:app: { count: 2, secretEnv: { KEY: { secure: v1:def } } }",
    ].join("\n");
    expect(settingsIn(text, "Pulumi.x.yaml")).toEqual({
      values: {
        "hcloud:token": standIn,
        "webstack:app": JSON.stringify({ count: 2, secretEnv: { KEY: standIn } }),
      },
      secretKeys: ["hcloud:token", "webstack:app"],
      hidden: ["hcloud:token", "webstack:app.secretEnv.KEY"],
    });
  });

  it.each([
    ["config: [", /^Pulumi.x.yaml must be YAML, got an error: /],
    ["config: [1]", /^Pulumi.x.yaml must have a map below config/],
  ])("that are none are refused: %s", (text, problem) => {
    expect(settingsIn(text, "Pulumi.x.yaml").problem).toMatch(problem);
  });

  it("that are nowhere are refused with what to do", () => {
    expect(settingsOf("nowhere").problem).toMatch(
      /got no such file; run pulumi stack init nowhere/,
    );
  });
});

describe("the words of the command", () => {
  it("are a stack, an address and limits", () => {
    const words = ["--stack", "dev", "--address", "5.75.1.2", "--limit", "servers=10"];
    expect(parseCommandLine([...words, "--limit", "floating_ips=5"])).toEqual({
      stack: "dev",
      address: "5.75.1.2",
      limits: { servers: 10, floating_ips: 5 },
    });
    expect(parseCommandLine([])).toEqual({ stack: undefined, address: undefined, limits: {} });
  });

  it.each([
    [["--address", "5.75.1.2/32"], /--address must be an IP address without a prefix, got 5/],
    [["--limit", "cows=1"], /--limit must be <kind>=<number> with servers, .*, got cows=1/],
    [["word"], /usage: npm run doctor/],
  ])("refuse %j", (words, message) => {
    expect(() => parseCommandLine(words)).toThrow(message);
  });
});
