import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { forgedPaths, forgedRequestsScript } from "../../../scripts/drill/forged-messages";

describe("forged messages", () => {
  it("are every message of the supervisors, with a node and an epoch that do not exist", () => {
    const paths = forgedPaths("db-3").map((path) => path.split("?")[0]);
    expect([...new Set(paths)]).toEqual([
      "/view",
      "/claim",
      "/release",
      "/change",
      "/leaving",
      "/state",
      "/override",
    ]);
    expect(forgedPaths("db-3")[0]).toContain("primary=db-9&epoch=99999999999999999999");
  });

  it("are said with both methods on both ports, plain and over TLS", () => {
    const script = forgedRequestsScript(["10.0.4.11", "10.0.4.12"], "db-2");
    const calls = script.split("\n").filter((line) => line.startsWith("curl"));
    expect(calls).toHaveLength(2 * 3 * 2);
    expect(calls.filter((call) => call.includes("https://10.0.4.12:9201/claim"))).toHaveLength(2);
    expect(calls.filter((call) => call.includes(" -d "))).toHaveLength(6);
  });

  it("cost one wait on a port that is silent", () => {
    const calls = forgedRequestsScript(["10.0.4.11"], "db-2")
      .split("\n")
      .filter((line) => /^curl/.test(line));
    expect(calls.every((call) => call.includes("--fail-early"))).toBe(true);
  });

  it("are a script that a shell understands", () => {
    const script = forgedRequestsScript(["10.0.4.11"], "db-2");
    expect(() => execFileSync("bash", ["-n"], { input: script })).not.toThrow();
  });
});
