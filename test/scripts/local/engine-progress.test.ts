import { CommandError, type EngineEvent } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import { engineEvents, engineReason, Progress } from "../../../scripts/local/engine-progress";

const refusal = "1 problem in Pulumi.local.yaml:\n  - webstack:app.trialSecond is not a setting";

function failed(...diagnostics: string[]): Error {
  const lines = diagnostics.map((one) => `    error: ${one.replaceAll("\n", "\n    ")}\n`);
  const output = `Updating:\nDiagnostics:\n  pulumi:pulumi:Stack (webstack-local):\n${lines.join("")}\nOutputs:\n  a: 1`;
  return Object.assign(Object.create(CommandError.prototype) as Error, { message: output });
}

describe("the reason why a run of the engine stopped", () => {
  it("has a diagnostic once that the engine reports twice", () => {
    const [first, ...more] = engineReason(failed(refusal, refusal)).split("\n");
    expect(first).toBe("  pulumi:pulumi:Stack (webstack-local):");
    expect(more.join("\n")).toBe(`    error: ${refusal.replace("\n", "\n    ")}`);
  });

  it("has every diagnostic that differs from the one before it", () => {
    expect(engineReason(failed("one", "two", "one")).match(/error: \w+/g)).toEqual([
      "error: one",
      "error: two",
      "error: one",
    ]);
  });
});

it("a message that the engine reports twice is one progress line", () => {
  const lines: string[] = [];
  const progress = Object.assign(new Progress(), { line: (text: string) => lines.push(text) });
  const listen = engineEvents(progress);
  for (const message of ["one", "one", "two", "one"]) {
    listen({ diagnosticEvent: { message, severity: "error" } } as unknown as EngineEvent);
  }
  expect(lines).toEqual(["  one", "  two", "  one"]);
});
