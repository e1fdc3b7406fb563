import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildApp, commandOf, deployedApp } from "../app-source";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "app-source-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const startScript = (start: string) =>
  writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: { start } }));

describe("the command of a release", () => {
  it("is the start script of its package.json", () => {
    startScript("next start -p $PORT");
    writeFileSync(join(folder, "server.js"), "");
    expect(commandOf(folder)).toEqual(["next", "start", "-p", "${PORT}"]);
  });

  it("is node server.js without one", () => {
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(join(folder, "server.js"), "");
    expect(commandOf(folder)).toEqual(["node", "server.js"]);
  });

  it("must be set if the start script needs a shell", () => {
    startScript("npm run migrate && node .");
    expect(() => commandOf(folder)).toThrow(
      /^webstack:app\.command must be set when .* got "npm run migrate && node \." in /,
    );
  });

  it("must be set if the release says nothing", () => {
    expect(() => commandOf(folder)).toThrow(
      /^webstack:app\.command must be set, got nothing, and /,
    );
  });
});

describe("the build", () => {
  it("runs in the given directory, without a shell", () => {
    buildApp(
      ["node", "-e", "require('fs').writeFileSync('made', process.argv[1])", "$HOME;x"],
      folder,
    );
    expect(() => buildApp(["test", "-e", "made"], folder)).not.toThrow();
  });

  it("is told of with the end of what it printed", () => {
    const build = ["node", "-e", "console.error('no such module'); process.exit(3)"];
    expect(() => buildApp(build, folder)).toThrow(
      /app\.build must succeed, got [^]*no such module/,
    );
  });

  it("need not make a server where the web nodes alone answer", () => {
    writeFileSync(join(folder, "index.html"), "");
    const app = {
      source: { path: folder },
      health: { path: "/", timeoutSeconds: 60 },
      processes: 0,
    };
    const settings = { app } as Parameters<typeof deployedApp>[0];
    expect(deployedApp(settings, folder).program.command).toEqual([]);
  });

  it("comes before the release is packed", () => {
    const path = join(folder, "dist");
    const make = "const f=require('fs');f.mkdirSync('dist');f.writeFileSync('dist/server.js','')";
    const app = {
      source: { path },
      build: ["node", "-e", make],
      health: { path: "/", timeoutSeconds: 60 },
      sharesPort: false,
      notifies: false,
    };
    const settings = { app, domain: "www.example.com" } as Parameters<typeof deployedApp>[0];
    const { program, release } = deployedApp(settings, folder);
    expect(program.command).toEqual(["node", "server.js"]);
    expect(program.health.host).toBe("www.example.com");
    expect(release.digest).toMatch(/^[0-9a-f]{64}$/);
  });
});
