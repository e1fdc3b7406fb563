import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { npmIn, Tree } from "../../../scripts/rehearse/tree";

/** A repository with one commit, some edits, and what Git ignores. */
function repository() {
  const folder = mkdtempSync(join(tmpdir(), "rehearse-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const identity = ["-c", "user.name=a", "-c", "user.email=a@localhost"];
  const git = (...words: string[]) =>
    execFileSync("git", [...identity, ...words], { cwd: folder, encoding: "utf8" }).trim();
  const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
  git("init", "--quiet", "--initial-branch", "main");
  write(".gitignore", ".webstack/\n");
  write("kept", "old");
  write("gone", "old");
  write("package-lock.json", "{}");
  git("add", "--all");
  git("commit", "--quiet", "-m", "base");
  mkdirSync(join(folder, ".webstack"));
  return { folder, git, write, tree: new Tree(folder, join(folder, ".webstack", "tree")) };
}

it("rehearses edits that are not committed, in the directory where the base ran, beside what Git ignores", () => {
  const { folder, git, write, tree } = repository();
  const base = tree.commit("main");
  write("kept", "new");
  write("added", "new");
  rmSync(join(folder, "gone"));
  git("add", "added");
  const status = git("status", "--porcelain");
  const present = tree.present();
  expect(git("status", "--porcelain")).toBe(status);

  tree.checkOut(base);
  const read = (path: string) => readFileSync(join(tree.path, path), "utf8");
  expect([read("kept"), read("gone")]).toEqual(["old", "old"]);
  mkdirSync(join(tree.path, ".webstack"));
  writeFileSync(join(tree.path, ".webstack", "state"), "of the stack");
  writeFileSync(join(tree.path, "kept"), "written by a command");
  tree.checkOut(present);
  expect([read("kept"), read("added"), read(".webstack/state")]).toEqual([
    ...["new", "new", "of the stack"],
  ]);
  expect(existsSync(join(tree.path, "gone"))).toBe(false);

  tree.remove();
  expect([existsSync(tree.path), git("worktree", "list").split("\n").length]).toEqual([false, 1]);
  tree.remove();
  expect(git("branch", "--list")).toBe("* main");
});

it("begins anew where somebody removed the directory by hand", () => {
  const { tree } = repository();
  tree.checkOut(tree.commit("HEAD"));
  rmSync(tree.path, { recursive: true });
  tree.checkOut(tree.commit("HEAD"));
  expect(existsSync(join(tree.path, "kept"))).toBe(true);
});

it("knows whether dependencies differ, and a revision that is none", () => {
  const { tree, write } = repository();
  const base = tree.commit("HEAD");
  write("kept", "new");
  expect(tree.sameDependencies(base, tree.present())).toBe(true);
  write("package-lock.json", "{ }");
  expect(tree.sameDependencies(base, tree.present())).toBe(false);
  for (const revision of ["origin/main", "--all"]) {
    expect(() => tree.commit(revision)).toThrow(`revision of this repository, got ${revision}`);
  }
});

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
  expect(ended.output).toContain("two\n");
});

it("ends what runs when it is interrupted, and begins nothing afterwards", async () => {
  const folder = project({ wait: "node -e 'console.log(1); setTimeout(() => 0, 60000)'" });
  const stop = new AbortController();
  const npm = npmIn(folder, stop.signal);
  await expect(npm(["run", "--silent", "wait"], () => stop.abort())).rejects.toThrow("interrupted");
  await expect(npm(["run", "--silent", "wait"])).rejects.toThrow("interrupted");
});
