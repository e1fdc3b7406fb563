import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  releaseStartPath,
  releaseStartText,
  startsInRelease,
} from "../../services/app/release-start";
import { appNodeWithPython } from "./rendered-runtime";
import { busyAppNode, ordinaryAppNode } from "./rendered";

let root: string;
let program: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "start-")));
  for (const name of ["a", "b"]) mkdirSync(join(root, "releases", name), { recursive: true });
  symlinkSync("releases/a", join(root, "current"));
  program = join(root, "start-in-release");
  writeFileSync(program, releaseStartText(join(root, "current")));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Output of a command that the program starts where systemd starts it: in the release, by the link. */
function started(words: string[], env: Record<string, string>): string {
  return execFileSync("/bin/sh", [program, ...words], {
    cwd: join(root, "current"),
    env,
    encoding: "utf8",
  });
}

describe("the start of a program of a release", () => {
  const current = () => join(root, "current");
  const release = () => join(root, "releases/a");

  it("replaces the link in both search paths by the release, and nothing else", () => {
    const more = "/usr/local/bin:/usr/bin:/bin";
    const env = {
      PATH: `${current()}/node_modules/.bin:${current()}-2/bin:${more}`,
      PYTHONPATH: current(),
      NODE_NAME: "a b",
      PWD: current(),
    };
    const found = started(["/usr/bin/env"], env).trim().split("\n").sort();
    expect(found).toEqual([
      "NODE_NAME=a b",
      `PATH=${release()}/node_modules/.bin:${current()}-2/bin:${more}`,
      `PWD=${release()}`,
      `PYTHONPATH=${release()}`,
    ]);
  });

  it("keeps an empty path and an empty entry as they are", () => {
    const env = { PATH: "/usr/bin::/bin:", PYTHONPATH: "" };
    const found = started(["/usr/bin/env"], env).split("\n");
    expect(found).toContain("PATH=/usr/bin::/bin:");
    expect(found).toContain("PYTHONPATH=");
    expect(started(["/usr/bin/env"], { PATH: "/bin" })).not.toContain("PYTHONPATH");
  });

  it("hands over the words of the command as they are, and its exit status", () => {
    const words = ["/usr/bin/printf", "%s|", "a b", "$PATH", "*", ""];
    expect(started(words, { PATH: "/bin" })).toBe("a b|$PATH|*||");
    expect(() => started(["/bin/sh", "-c", "exit 7"], { PATH: "/bin" })).toThrow(
      expect.objectContaining({ status: 7 }) as Error,
    );
  });

  it("lets Python load a module of its own release after the link has moved, in child processes too", () => {
    for (const name of ["a", "b"]) {
      mkdirSync(join(root, "releases", name, "packages"));
      writeFileSync(join(root, "releases", name, "packages/late.py"), `release = "${name}"\n`);
    }
    writeFileSync(
      join(root, "releases/a/app.py"),
      [
        "import os, subprocess, sys",
        `os.unlink("${root}/current")`,
        `os.symlink("releases/b", "${root}/current")`,
        "import late",
        'child = [sys.executable, "-B", "-c", "import late; print(late.release)"]',
        'print(late.release, subprocess.run(child, cwd="/", capture_output=True, text=True).stdout)',
      ].join("\n"),
    );
    const env = { PATH: process.env.PATH!, PYTHONPATH: `${current()}/packages` };
    expect(started(["/usr/bin/env", "python3", "-B", "app.py"], env).trim()).toBe("a a");
  });
});

describe("the units of an app node", () => {
  it.each([
    ["with Python", appNodeWithPython()],
    ["with workers and jobs", busyAppNode()],
    ["of a usual stack", ordinaryAppNode()],
  ])("start every program of a release by it: a node %s", (_, { files }) => {
    expect(files[releaseStartPath]).toMatchObject({ owner: "root", group: "root", mode: "0644" });
    const units = Object.entries(files).filter(([, { content }]) =>
      content.includes("/node_modules/.bin"),
    );
    const starts = units.flatMap(([path, { content }]) =>
      [...content.matchAll(/^ExecStart=(\S+ \S+)/gm)].map(([, first]) => [path, first]),
    );
    expect(starts.length).toBeGreaterThan(0);
    for (const [path, first] of starts) expect([path, first]).toEqual([path, startsInRelease]);
  });
});
