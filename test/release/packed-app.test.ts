import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildApp, buildVariables } from "../../release/packed-app";

const failing = (output: string) => [
  "node",
  "-e",
  `console.log(${JSON.stringify(output)}); process.exit(1)`,
];
const messageOf = (words: string[], secrets: string[]) => {
  try {
    buildApp(words, process.cwd(), secrets);
  } catch (error) {
    return JSON.stringify(error, Object.getOwnPropertyNames(error));
  }
  return "";
};

describe("a build that fails", () => {
  it("shows no secret of the stack, whole, in part of its lines or as a URL has it", () => {
    const secrets = ["hunter2-hunter2", "first line\nsecond line", "p@ss word/1"];
    const script =
      "console.log('a hunter2-' + 'hunter2 b; second ' + 'line; p%40ss%20' + 'word%2F1'); process.exit(1)";
    const shown = messageOf(["node", "-e", script], secrets);
    expect(shown).toContain("a [secret] b; [secret]; [secret]");
    for (const secret of ["hunter2-hunter2", "second line", "p%40ss%20word%2F1"]) {
      expect(shown).not.toContain(secret);
    }
  });

  it("shows its last lines", () => {
    expect(messageOf(failing("no such module"), [])).toContain("no such module");
  });
});

describe("the variables of a build", () => {
  it("are this process's without what the engine hands to a program", () => {
    const all = {
      PATH: "/bin",
      PULUMI_CONFIG: "{}",
      PULUMI_CONFIG_PASSPHRASE: "x",
      HCLOUD_TOKEN: "y",
    };
    expect(buildVariables(all)).toEqual({ PATH: "/bin" });
  });

  it("are the same under `npm run` as without it", () => {
    const all = {
      PATH: "/a/node_modules/.bin:/usr/lib/npm/lib/node-gyp-bin:/usr/bin:/opt/node_modules/.bin",
      npm_config_user_agent: "npm",
      npm_lifecycle_event: "deploy",
      INIT_CWD: "/a",
      NODE: "/a/node_modules/.bin/node",
      HOME: "/root",
    };
    expect(buildVariables(all)).toEqual({ PATH: "/usr/bin", HOME: "/root" });
  });

  it("do not let a build find the project's own Node.js", () => {
    const folder = mkdtempSync(join(tmpdir(), "build-path-"));
    const programs = join(folder, "node_modules", ".bin");
    mkdirSync(programs, { recursive: true });
    writeFileSync(join(programs, "only-here"), "#!/bin/sh\n", { mode: 0o755 });
    const { PATH } = process.env;
    process.env.PATH = `${programs}:${PATH}`;
    try {
      expect(messageOf(["only-here"], [])).toContain("ENOENT");
    } finally {
      process.env.PATH = PATH;
      rmSync(folder, { recursive: true });
    }
  });
});
