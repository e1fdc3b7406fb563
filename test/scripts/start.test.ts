import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = join(__dirname, "..", "..");
const preload = join(root, "scripts", "start.cjs");
let folder: string;

/** What a TypeScript file prints. */
function run(file: string, ...args: string[]): string {
  const words = ["-r", preload, join(folder, file), ...args];
  return execFileSync(process.execPath, words, { cwd: root, encoding: "utf8", stdio: "pipe" });
}
const write = (file: string, text: string) => writeFileSync(join(folder, file), text);

beforeEach(() => {
  // Inside the checkout, for its packages; always the same, since what is kept goes by path.
  folder = join(root, ".webstack", "start-test");
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the preload of the commands", () => {
  it("runs TypeScript with its imports and arguments, as the main module", () => {
    write("word.ts", "export const word: string = 'one';\n");
    write(
      "main.ts",
      'import { word } from "./word";\nconst lone = require.main === module;\nconsole.log(word, process.argv[2], lone);\n',
    );
    expect(run("main.ts", "two")).toBe("one two true\n");
  });

  it("lets a command go on after the reader of its output has gone", async () => {
    const lines = "let n = 0;\nconst say = () => { console.log(n); console.error(n); };\n";
    const end = "setInterval(() => { say(); if (++n === 20) process.exit(7); }, 20);\n";
    write("main.ts", lines + end);
    const child = spawn(process.execPath, ["-r", preload, join(folder, "main.ts")], { cwd: root });
    await once(child.stdout, "data");
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await once(child, "close")).toEqual([7, null]);
  });

  it("runs a file as it is now, whatever it was before", () => {
    write("main.ts", "const word: string = 'one';\nconsole.log(word);\n");
    expect(run("main.ts")).toBe("one\n");
    write("main.ts", "const word: string = 'two';\nconsole.log(word);\n");
    expect(run("main.ts")).toBe("two\n");
    expect(run("main.ts")).toBe("two\n");
  });

  it("runs a TypeScript file that is imported by a path at run time", () => {
    write("one.ts", "export const one: string = 'one';\n");
    write("word.ts", 'export { one as word } from "./one";\n');
    write(
      "main.ts",
      'const path: string = "./word.ts";\nvoid import(path).then(({ word }) => console.log(word));\n',
    );
    expect(run("main.ts")).toBe("one\n");
  });

  it("names the file and line of a TypeScript error when Node is asked for source maps", () => {
    write("main.ts", "interface A {\n  b: string;\n}\nconst a = {} as A;\na.b.trim();\n");
    const failing = () =>
      execFileSync(process.execPath, ["-r", preload, join(folder, "main.ts")], {
        cwd: root,
        stdio: "pipe",
        env: { ...process.env, NODE_OPTIONS: "--enable-source-maps" },
      });
    expect(failing).toThrow(/main\.ts:5:/);
  });

  it("does not load the compiler or npm's tree of packages with the Pulumi SDK, in whatever order", () => {
    const file = join(root, "scripts", "local", "engine-progress");
    write(
      "main.ts",
      `import "${file}";\nconsole.log(Object.keys(require.cache).filter((name) => /node_modules.(typescript|pacote|@npmcli.arborist.lib.arborist)./.test(name) && require.cache[name]?.children.length));\n`,
    );
    expect(run("main.ts")).toBe("[]\n");
  });

  it("starts every command of package.json", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const own = Object.values(scripts).filter((line) => /\bscripts\/\S+\.ts\b/.test(line));
    expect(own.filter((line) => !line.startsWith("node -r ./scripts/start.cjs "))).toEqual([]);
    expect(own.length).toBeGreaterThan(40);
  });
});
