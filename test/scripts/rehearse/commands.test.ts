import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { npmIn } from "../../../scripts/rehearse/commands";

function project(scripts: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "npm-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "a", scripts }));
  return folder;
}

it("runs npm of that directory, passes its lines on, and tells how it ended", async () => {
  const folder = project({ say: "echo one; echo two >&2; pwd; exit 3" });
  const lines: string[] = [];
  const onLine = (line: string) => void lines.push(line);
  const ended = await npmIn(folder, new AbortController().signal)(
    ["run", "--silent", "say"],
    onLine,
  );
  expect(ended).toMatchObject({ status: 3, stdout: `one\n${folder}\n` });
  expect(lines.sort()).toEqual([folder, "one", "two"]);
  expect(ended.said).toContain("two\n");
});

it("ends what runs when it is interrupted, and begins nothing afterwards", async () => {
  const folder = project({ wait: "node -e 'console.log(1); setTimeout(() => 0, 60000)'" });
  const stop = new AbortController();
  const npm = npmIn(folder, stop.signal);
  await expect(npm(["run", "--silent", "wait"], () => stop.abort())).rejects.toThrow("interrupted");
  await expect(npm(["run", "--silent", "wait"])).rejects.toThrow("interrupted");
});
