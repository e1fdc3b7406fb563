import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseCommandLine } from "../../../scripts/back/command-line";
import { refuseEarlier } from "../../../scripts/back/deployed-state";

let directory: string;
const git = (...words: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...words], {
    cwd: directory,
    encoding: "utf8",
  }).trim();

/** An empty commit on top of the present one. */
function commit(title: string): string {
  git("commit", "--quiet", "--allow-empty", "-m", title);
  return git("rev-parse", "HEAD");
}

let [earlier, later, aside] = ["", "", ""];
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "forward-"));
  git("init", "--quiet", "--initial-branch=main");
  earlier = commit("one");
  later = commit("two");
  git("checkout", "--quiet", "--detach", earlier);
  aside = commit("aside");
});
afterAll(() => rmSync(directory, { recursive: true }));

it("refuses a checkout that is earlier than what the stack runs, with both ways on", () => {
  git("checkout", "--quiet", "--detach", earlier);
  const [own, running] = [earlier, later].map((one) => one.slice(0, 12));
  expect(() => refuseEarlier("dev", later, directory)).toThrow(
    `this checkout is ${own}, and dev runs a later commit, ${running}: a deploy would take it back; deploy the newest ` +
      `commit, or go back with: npm run deploy:back -- --stack dev --to ${own}`,
  );
});

it("takes a later commit, the same one, one of another branch, and one beside an unknown one", () => {
  git("checkout", "--quiet", "--detach", later);
  for (const running of [earlier, later, aside, "f".repeat(40)]) {
    expect(() => refuseEarlier("dev", running, directory)).not.toThrow();
  }
});

it("is asked for with --note alone", () => {
  expect(parseCommandLine(["--note", "--forward"])).toMatchObject({ notes: true, forward: true });
  expect(parseCommandLine(["--note"])).toMatchObject({ forward: false });
  expect(() => parseCommandLine(["--forward"])).toThrow("--forward belongs to --note");
});
