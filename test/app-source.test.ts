import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deployedApp } from "../app-source";
import { buildApp, commandOf } from "../release/packed-app";

let folder = "";
/** A project beside the folder: an app may not be above its project. */
let project = "";
const made = (prefix: string) => mkdtempSync(join(tmpdir(), prefix));
beforeEach(() => ([folder, project] = [made("app-source-"), made("project-")]));
afterEach(() => [folder, project].forEach((path) => rmSync(path, { recursive: true })));

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
    const health = { path: "/", timeoutSeconds: 60 };
    const app = { source: { path: folder }, health, processes: 0 };
    const settings = { app } as Parameters<typeof deployedApp>[0];
    expect(deployedApp(settings, project).program.command).toEqual([]);
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

describe("a release that is not packed now", () => {
  const digest = "a".repeat(64);
  const other = "b".repeat(64);
  const shop = { path: "/nowhere" };
  const fetched = { url: "https://example.com/app.tar.gz", sha256: digest, path: undefined };
  /** The app of a stack without anything beside these settings. */
  const deployed = (app: object, packed?: string) => {
    const plain = { health: { path: "/", timeoutSeconds: 60 }, sharesPort: false, notifies: false };
    const settings = { app: { ...plain, ...app } } as Parameters<typeof deployedApp>[0];
    return deployedApp(settings, folder, packed);
  };
  /** Keeps a release as packing does. */
  const keep = (name: string, facts: object) => {
    const releases = join(folder, ".webstack", "releases");
    mkdirSync(releases, { recursive: true });
    writeFileSync(join(releases, `${name}.json`), JSON.stringify(facts));
    writeFileSync(join(releases, `${name}.tar.gz`), "");
  };

  it("is the one that a deploy packed, which is neither built nor packed again", () => {
    keep(digest, { version: "1.2.3", command: ["node", "a.js"] });
    const { release, program, archive, facts } = deployed(
      { source: shop, build: ["false"] },
      digest,
    );
    expect(release.digest).toBe(digest);
    expect(program.command).toEqual(["node", "a.js"]);
    expect(archive).toBe(join(folder, ".webstack", "releases", `${digest}.tar.gz`));
    expect(facts.version).toBe("1.2.3");
  });

  it("is the pinned one, whatever the directory holds; its migration is not run again", () => {
    const pinned = { source: shop, build: ["false"], release: digest, migrate: ["node", "m.js"] };
    const { release, program, archive } = deployed({ ...pinned, releaseCommand: ["node", "a.js"] });
    expect(release).toEqual({ digest, root: "/srv/app", keep: 3 });
    expect(program).toMatchObject({ command: ["node", "a.js"], migratesOnSwitch: false });
    expect(archive).toBeUndefined();
    const { program: usual } = deployed({ source: fetched, migrate: ["node", "m.js"] });
    expect(usual).not.toHaveProperty("migratesOnSwitch");
    const bySelf = { source: shop, release: digest, releaseCommand: ["node", "a.js"] };
    expect(deployed(bySelf).program).toMatchObject({ migratesOnSwitch: false });
  });

  it("is run by app.command first, and by what is kept of it last", () => {
    keep(digest, { command: ["node", "kept.js"] });
    const pinned = { source: shop, release: digest };
    const commands = [
      deployed({ ...pinned, releaseCommand: ["node", "pin.js"], command: ["node", "own.js"] }),
      deployed({ ...pinned, releaseCommand: ["node", "pin.js"] }),
      deployed(pinned),
    ].map(({ program }) => program.command[1]);
    expect(commands).toEqual(["own.js", "pin.js", "kept.js"]);
  });

  it("is pushed to a node that lacks it if it is still here, or fetched if it is the one of app.url", () => {
    keep(other, {});
    const command = ["node", "a.js"];
    expect(deployed({ source: fetched, release: other, command }).archive).toMatch(other);
    expect(deployed({ source: fetched, release: digest }).release.url).toBe(fetched.url);
    expect(deployed({ source: fetched, release: other, command }).release).not.toHaveProperty(
      "url",
    );
  });

  it("is refused if nobody says how it is run", () => {
    expect(() => deployed({ source: shop, release: digest })).toThrow(
      "webstack:app.releaseCommand must be set, got nothing, and nothing is kept here of the release " +
        `${digest} that app.release names; run: npm run rollback -- aaaaaaaaaaaa`,
    );
  });

  it("runs with its own runtime: that of the pin, else what is kept of it, else that of the settings", () => {
    keep(digest, { command: ["node", "a.js"], runtime: { executable: "bin/kept" } });
    const pinned = { source: shop, release: digest, runtime: { executable: "bin/now" } };
    const texts = [
      deployed({ ...pinned, releaseRuntime: { executable: "bin/pin" } }),
      deployed(pinned),
      deployed({ ...pinned, release: other, releaseCommand: ["./bin/now"] }),
    ].map(({ runtime }) => runtime.text);
    expect(texts).toEqual(
      ["bin/pin", "bin/kept", "bin/now"].map((name) => `the executable ${name}`),
    );
  });

  it("runs with the distribution's Node.js if it did, whatever the settings say now", () => {
    keep(digest, { command: ["node", "a.js"] });
    const { runtime } = deployed({ source: shop, release: digest, runtime: { python: "." } });
    expect(runtime).toEqual({});
  });
});

describe("the runtime of a release", () => {
  const python = () => {
    writeFileSync(join(folder, "main.py"), "");
    const app = {
      ...{ source: { path: folder }, serverType: "cpx22", processes: 2, sharesPort: false },
      ...{ health: { path: "/", timeoutSeconds: 60 }, notifies: false },
      command: ["python3", "main.py"],
    };
    const settings = { app } as unknown as Parameters<typeof deployedApp>[0];
    const withRuntime = { app: { ...app, runtime: { python: "." } } } as unknown as typeof settings;
    return [deployedApp(settings, project), deployedApp(withRuntime, project)];
  };

  it("is a part of it: with another one it is another release", () => {
    const [plain, own] = python();
    expect(plain!.release.digest).not.toBe(own!.release.digest);
    expect(plain!.facts).not.toHaveProperty("runtime");
    expect(own!.facts.runtime).toEqual({ python: "." });
    expect(own!.runtime).toEqual({ text: "the distribution's Python", python: "." });
  });
});
