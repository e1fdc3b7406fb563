import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostPrograms } from "../host-programs";

const folders: string[] = [];

/** A folder with one program of two files. */
function folder(main: string): string {
  const directory = mkdtempSync(join(tmpdir(), "host-"));
  folders.push(directory);
  mkdirSync(join(directory, "greeter"));
  writeFileSync(join(directory, "greeter.ts"), main);
  writeFileSync(
    join(directory, "greeter", "words.ts"),
    "/** Words. */\nexport const words: string = 'grüß dich';\n",
  );
  return directory;
}
const source = 'import { words } from "./greeter/words";\nconsole.log(words);\n';

afterAll(() => folders.forEach((directory) => rmSync(directory, { recursive: true })));

describe("hostPrograms", () => {
  let text = "";
  beforeAll(() => {
    text = hostPrograms(folder(source)).greeter!;
  });

  it("makes one text of a program and what it imports", () => {
    expect(Object.keys(hostPrograms(folder(source)))).toEqual(["greeter"]);
    expect(text).toContain("grüß dich");
    expect(text).toContain('"use strict";');
    expect(text).not.toContain("import ");
  });

  it("gives the same bytes wherever the sources are", () => {
    expect(hostPrograms(folder(source)).greeter).toBe(text);
  });

  it("keeps modules of Node as they are", () => {
    const programs = hostPrograms(folder('import { hostname } from "node:os";\nhostname();\n'));
    expect(programs.greeter).toContain('require("node:os")');
  });

  it("refuses a program that does not compile", () => {
    expect(() => hostPrograms(folder("const = 1;\n"))).toThrow("greeter.ts:1:6");
  });
});
