import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { archiverOf, stateCommand, failedBaseUs } from "../../../scripts/operate/archive";
import { running, state } from "./support/archive-state";

describe("what a node tells of its archiver", () => {
  it("is its state, that it has stopped, or that there are no backups", () => {
    const text = JSON.stringify({ ...state(), ahead: undefined });
    expect(archiverOf(`${text}\n`)).toEqual(running());
    const failed = "\nResult=exit-code\nStateChangeTimestamp=@200\n";
    expect(archiverOf(`${text}\n${failed}`)).toEqual(running({ failedBaseUs: 200e6 }));
    expect(archiverOf("stopped\n")).toEqual({ kind: "stopped" });
    expect(archiverOf("")).toEqual({ kind: "none" });
  });

  it("comes from its files: the state is gone once the archiver has stopped", () => {
    const folder = mkdtempSync(join(tmpdir(), "archiver-"));
    const [status, settings] = [join(folder, "status.json"), join(folder, "archiver.json")];
    const answer = () =>
      archiverOf(execFileSync("sh", ["-c", stateCommand(status, settings)], { encoding: "utf8" }));
    try {
      expect(answer()).toEqual({ kind: "none" });
      writeFileSync(settings, "{}");
      expect(answer()).toEqual({ kind: "stopped" });
      writeFileSync(status, JSON.stringify(state()));
      expect(answer()).toEqual(running());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the last base of a node", () => {
  const unit = (result: string, second: number) =>
    `Result=${result}\nStateChangeTimestamp=@${second}\n`;
  const of = (...units: string[]) => failedBaseUs(`\n${units.join("\n")}`);

  it("failed if its copy or its upload did", () => {
    expect(of(unit("success", 100), unit("exit-code", 200))).toBe(200e6);
    expect(of(unit("timeout", 100), unit("success", 50))).toBe(100e6);
    expect(of(unit("exit-code", 100), unit("signal", 200))).toBe(200e6);
  });

  it("did not fail if it was taken, or left out, or if there was none since the boot", () => {
    expect(of(unit("success", 100), unit("success", 200))).toBe(0);
    expect(of(unit("success", 100), unit("exec-condition", 200))).toBe(0);
    expect(of("Result=success\nStateChangeTimestamp=\n")).toBe(0);
    expect(of("")).toBe(0);
  });
});
