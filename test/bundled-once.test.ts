import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundledOnce } from "../bundled-once";

let top: string;
let folder: string;
let keep: string;

const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
const options = () => ({ absWorkingDir: folder, entryPoints: ["main.ts"], outdir: folder });
const bundle = (more: object = {}) =>
  bundledOnce({ ...options(), bundle: true, format: "cjs", ...more }, keep)["main.js"];

/** Marks what is kept, so that it is told from what is made. */
function mark(): void {
  writeFileSync(keep, readFileSync(keep, "utf8").replace("first", "kept"));
}

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "bundled-"));
  folder = join(top, "sources");
  keep = join(top, "kept", "main.json");
  mkdirSync(join(folder, "words"), { recursive: true });
  write("main.ts", 'import { word } from "./words/word";\nconsole.log(word, "first");\n');
  write("words/word.ts", 'export const word: string = "one";\n');
  bundle();
  mark();
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

describe("bundles that are kept", () => {
  it("are not made again while nothing has changed", () => {
    expect(bundle()).toContain("kept");
  });

  it("are made again after an edit of a file that is imported", () => {
    write("words/word.ts", 'export const word: string = "two";\n');
    expect(bundle()).toContain("two");
    expect(bundle()).toContain("first");
  });

  it("are made again with other options", () => {
    expect(bundle({ minify: true })).toContain("first");
  });

  it("are made again after a new name in a folder, which may be found first", () => {
    write("words/word.tsx", 'export const word = "of the new file";\n');
    expect(bundle()).toContain("of the new file");
  });

  it("are made again after the loss of a file, and refused without it", () => {
    rmSync(join(folder, "words", "word.ts"));
    expect(() => bundle({ logLevel: "silent" })).toThrow('Could not resolve "./words/word"');
  });

  it("are made again from a file that was cut off", () => {
    writeFileSync(keep, readFileSync(keep, "utf8").slice(0, 100));
    expect(bundle()).toContain("first");
  });

  it("are made again after an edit of a package's description", () => {
    const place = join("node_modules", "greeter");
    mkdirSync(join(folder, place), { recursive: true });
    write(join(place, "package.json"), '{ "main": "old.js" }');
    write(join(place, "old.js"), 'module.exports = "old";\n');
    write(join(place, "new.js"), 'module.exports = "new";\n');
    write("main.ts", 'import greeting from "greeter";\nconsole.log(greeting);\n');
    expect(bundle()).toContain('"old"');
    write(join(place, "package.json"), '{ "main": "new.js" }');
    expect(bundle()).toContain('"new"');
  });

  it("are made each time where they cannot be kept", () => {
    writeFileSync(join(top, "file"), "");
    keep = join(top, "file", "main.json");
    expect(bundle()).toContain("first");
    expect(bundle()).toContain("first");
  });

  it("leave no draft behind", () => {
    expect(existsSync(`${keep}.${process.pid}`)).toBe(false);
  });
});
