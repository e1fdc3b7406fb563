import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { releaseFacts, startOf } from "../../release/facts";

let root = "";
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "release-facts-"))));
afterEach(() => rmSync(root, { recursive: true }));

/** A file below the root, with the directories above it. */
function write(path: string, content = `content of ${path}\n`): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), content);
}

function git(...words: string[]): string {
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  return execFileSync("git", ["-C", root, ...who, ...words], { encoding: "utf8", env }).trim();
}

/** Commits everything at that time; returns the commit. */
function commit(time: string): string {
  git("add", "--all");
  const date = ["--date", time];
  execFileSync(
    "git",
    [
      ...["-C", root, "-c", "user.name=a", "-c", "user.email=a@example.com"],
      ...["-c", "commit.gpgsign=false", "commit", "--quiet", "--message", "x", ...date],
    ],
    { env: { ...process.env, GIT_COMMITTER_DATE: time } },
  );
  return git("rev-parse", "HEAD");
}

describe("the facts of a release", () => {
  it("are version and start command of an app that is in no checkout", () => {
    write("package.json", JSON.stringify({ version: "1.2.3", scripts: { start: "node a.js" } }));
    expect(releaseFacts(root)).toEqual({ version: "1.2.3", command: ["node", "a.js"] });
  });

  it("leave out what nobody says, or what would be more than a version", () => {
    expect(releaseFacts(root)).toEqual({});
    write("package.json", JSON.stringify({ version: "1 2", scripts: { start: "a && b" } }));
    expect(releaseFacts(root)).toEqual({});
  });

  it("have the last commit that changed the directory, and its time in UTC", () => {
    git("init", "--quiet");
    write("shop/server.js");
    const first = commit("2026-03-01T13:00:00+01:00");
    write("other/README.md");
    commit("2026-03-02T13:00:00+01:00");
    expect(releaseFacts(join(root, "shop"))).toEqual({
      commit: first,
      time: "2026-03-01T12:00:00Z",
      command: ["node", "server.js"],
    });
  });

  it("take for the source of what git ignores the directory above it", () => {
    git("init", "--quiet");
    write(".gitignore", "dist/\n");
    write("shop/src.ts");
    const first = commit("2026-03-01T12:00:00Z");
    write("other/README.md");
    commit("2026-03-02T12:00:00Z");
    write("shop/dist/server.js");
    expect(releaseFacts(join(root, "shop/dist")).commit).toBe(first);
  });

  it("say whether the source has changes that are not committed, wherever else there are some", () => {
    git("init", "--quiet");
    write("shop/src.ts");
    write("other/README.md");
    commit("2026-03-01T12:00:00Z");
    write("other/README.md", "changed\n");
    // What is built may not be ignored.
    write("shop/dist/server.js");
    expect(releaseFacts(join(root, "shop/dist"))).not.toHaveProperty("dirty");
    write("shop/src.ts", "changed\n");
    expect(releaseFacts(join(root, "shop/dist")).dirty).toBe(true);
  });

  it("do not change with a stack file, which a deploy writes", () => {
    git("init", "--quiet");
    write("server.js");
    write("Pulumi.dev.yaml");
    const first = commit("2026-03-01T12:00:00Z");
    const before = releaseFacts(root);
    write("Pulumi.dev.yaml", "changed\n");
    expect(releaseFacts(root)).toEqual(before);
    commit("2026-03-02T12:00:00Z");
    expect(releaseFacts(root)).toEqual(before);
    expect(before.commit).toBe(first);
  });

  it("know no commit before there is one", () => {
    git("init", "--quiet");
    write("server.js");
    expect(releaseFacts(root)).toEqual({ command: ["node", "server.js"] });
  });
});

describe("how an app is started", () => {
  it.each([
    ['{"scripts":{"start":"node a.js"}}', true, { command: ["node", "a.js"] }],
    ['{"scripts":{"start":"a && b"}}', true, { script: "a && b" }],
    ["{}", true, { command: ["node", "server.js"] }],
    [undefined, true, { command: ["node", "server.js"] }],
    [undefined, false, {}],
  ])("is said by %s and a server.js: %j", (packageJson, hasServer, start) => {
    expect(startOf(packageJson, hasServer)).toEqual(start);
  });

  it("is not guessed from a package.json that is none", () => {
    expect(() => startOf("{", true)).toThrow("package.json of the app must be JSON: ");
  });
});
