import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow, pages, root, textOf } from "./support/pages";

/** Texts that tell people what to type: pages, stack files, examples, and messages of the programs. */
const stackFiles = ["dev", "local", "prod", "staging"].map((name) => `Pulumi.${name}.yaml`);
const texts = [...pages, ...stackFiles, ...filesBelow("examples", ".yaml")];
const sources = filesBelow(".", ".ts").filter((file) => !file.startsWith("examples/"));

/** Scripts of a package, by the folder in which it is. */
function scriptsOf(folder: string): Record<string, string> {
  const file = readFileSync(join(root, folder, "package.json"), "utf8");
  return (JSON.parse(file) as { scripts?: Record<string, string> }).scripts ?? {};
}

interface Command {
  script: string;
  workspace?: string;
  /** Flags of the script itself, such as `stack`. */
  flags: string[];
}

/** What `npm run` is told to run: scripts of the root, and of a workspace. */
function asked(text: string): Command[] {
  const form =
    /\bnpm run(?: --silent| -s)? ([a-z][\w:-]*\w)(?!\w|:\*)(?:[^\n`]*? --workspace ([\w-]+))?((?: -- [^\n`#|;&)]*)?)/g;
  return [...text.matchAll(form)].map(([, script, workspace, rest]) => ({
    script: script!,
    flags: [...rest!.matchAll(/ --([a-z][\w-]*)/g)].map(([, flag]) => flag!),
    ...(workspace === undefined ? {} : { workspace }),
  }));
}

/** Text of a script with everything of `scripts/` that it imports. */
function textOfScript(file: string, known = new Map<string, string>()): string {
  if (known.has(file) || !existsSync(join(root, file))) return "";
  const text = textOf(file);
  known.set(file, text);
  for (const [, target] of text.matchAll(/from "(\.{1,2}\/[^"]+)"/g)) {
    const path = `${join(dirname(file), target!)}.ts`;
    if (path.startsWith("scripts/")) textOfScript(path, known);
  }
  return [...known.values()].join("\n");
}

/** Why a command does not work as written; none: it does. */
function problems({ script, workspace = ".", flags }: Command): string[] {
  const command = scriptsOf(workspace)[script];
  if (command === undefined) return [`npm run ${script}`];
  const [, file] = /^node -r \.\/scripts\/start\.cjs (scripts\/\S+\.ts)/.exec(command) ?? [];
  if (file === undefined) return [];
  const code = textOfScript(file);
  return flags
    .filter((flag) => !new RegExp(`(^|[\\s{,])"?${flag}"?\\s*[:,}]|--${flag}\\b`, "m").test(code))
    .map((flag) => `npm run ${script} -- --${flag}`);
}

/** Commands of Pulumi that the docs may name. https://www.pulumi.com/docs/iac/cli/commands/ */
const pulumi = new Set([
  ...["up", "preview", "refresh", "destroy", "cancel", "login", "logout", "whoami", "version"],
  ...[
    "config",
    "config set",
    "config get",
    "config set-all",
    "stack",
    "stack init",
    "stack output",
  ],
  ...[
    "stack select",
    "stack export",
    "stack history",
    "stack import",
    "logs",
    "new",
    "import",
    "state",
  ],
]);

/** Commands of Pulumi in code of a page: in backquotes, or at the start of a line of a fence. */
function pulumiCommands(text: string): string[] {
  const form = /(?:`|^|\$\(|"\$\()pulumi ([a-z-]+)((?: [a-z][a-z-]*)?)/gm;
  return [...text.matchAll(form)].map(([, first, second]) =>
    ["config", "stack"].includes(first!) ? `${first}${second}` : first!,
  );
}

describe("commands that people are told to type", () => {
  it.each(["pages and stack files", "messages of the programs"])("are there, in %s", (kind) => {
    const files = kind.startsWith("pages") ? texts : sources;
    const found = files.map((file) => [file, asked(textOf(file))] as const);
    expect(found.flatMap(([, commands]) => commands).length).toBeGreaterThan(50);
    const strays = found.flatMap(([file, commands]) =>
      commands.flatMap(problems).map((problem) => `${file}: ${problem}`),
    );
    expect(strays).toEqual([]);
  });

  it("name tests and programs that are there", () => {
    const form = /\bnpx (?:vitest run|tsx) ([\w./-]+)/g;
    const strays = texts.flatMap((file) =>
      [...textOf(file).matchAll(form)]
        .map(([, path]) => path!)
        .filter((path) => !/^test\/<|^test\/$/.test(path) && !existsSync(join(root, path)))
        .map((path) => `${file}: ${path}`),
    );
    expect(strays).toEqual([]);
  });

  it("are Pulumi's own", () => {
    const found = texts.flatMap((file) => pulumiCommands(textOf(file)));
    expect(found.length).toBeGreaterThan(30);
    expect([...new Set(found.filter((command) => !pulumi.has(command)))]).toEqual([]);
  });

  it("include every command of this project", () => {
    const workflows = filesBelow(".github", ".yml");
    const callers = [...texts, ...workflows, "package.json"];
    const told = new Set(
      callers.flatMap((file) => asked(textOf(file))).map(({ script }) => script),
    );
    // `npm test` and `npm ci` are npm's words for these two.
    const own = Object.keys(scriptsOf(".")).filter((name) => name !== "test" && name !== "prepare");
    const untold = own.filter((name) => !told.has(name));
    expect(untold).toEqual([]);
  });

  it("are known to be wrong if they are", () => {
    const text =
      "`npm run --silent preview -- x --base y` and `npm run build --workspace sample-app`";
    expect(asked(text)).toEqual([
      { script: "preview", flags: ["base"] },
      { script: "build", workspace: "sample-app", flags: [] },
    ]);
    expect(asked(text).flatMap(problems)).toEqual([]);
    expect(problems({ script: "preview", flags: ["bsae"] })).toEqual(["npm run preview -- --bsae"]);
    expect(problems({ script: "previw", flags: [] })).toEqual(["npm run previw"]);
    expect(pulumiCommands("`pulumi stack inti dev`")).toEqual(["stack inti"]);
  });
});
