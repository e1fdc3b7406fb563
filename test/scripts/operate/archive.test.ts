import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { archiverOf, stateCommand } from "../../../scripts/operate/archive";
import { running, state } from "./support/archive-state";

describe("what a node tells of its archiver", () => {
  it("is its state, that it has stopped, or that there are no backups", () => {
    const text = JSON.stringify({ ...state(), ahead: undefined });
    expect(archiverOf(`${text}\n`)).toEqual(running());
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
