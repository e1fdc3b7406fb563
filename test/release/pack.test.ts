import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { list, type ReadEntry } from "tar";
import { afterAll, describe, expect, it } from "vitest";
import { cachedRelease, packRelease } from "../../release/pack";

const root = mkdtempSync(join(tmpdir(), "release-"));
afterAll(() => rmSync(root, { recursive: true }));

/** An app directory; its files are written in the order given. */
function app(name: string, files = ["server.js", "public/a.css", "run"]): string {
  const directory = join(root, name);
  for (const file of files) {
    mkdirSync(join(directory, file, ".."), { recursive: true });
    writeFileSync(join(directory, file), `content of ${file}`);
  }
  return directory;
}

function entries(file: string): Pick<ReadEntry, "path" | "mode">[] {
  const seen: Pick<ReadEntry, "path" | "mode">[] = [];
  list({ file, sync: true, onReadEntry: ({ path, mode }) => seen.push({ path, mode }) });
  return seen;
}

describe("packRelease", () => {
  it("leaves out Python's compiled copies, which hold times", () => {
    const files = ["app.py", "site-packages/a/__init__.py"];
    const { archive, digest } = packRelease(app("python", files), join(root, "py-out"));
    const compiled = [...files, "site-packages/a/__pycache__/b.pyc", "__pycache__/app.pyc"];
    const again = packRelease(app("python-compiled", compiled), join(root, "py-out"));
    expect(again.digest).toBe(digest);
    expect(
      entries(archive)
        .map(({ path }) => path)
        .join(),
    ).not.toContain("pyc");
  });

  it("leaves out the project's keys and releases, and the history of Git, wherever they are", () => {
    const files = ["server.js", "lib/a.js"];
    const directory = app("project", [
      ...files,
      ...[".git/config", "lib/.git/HEAD", ".webstack/local/tokens", "infra/.webstack/releases/a"],
    ]);
    const out = join(directory, ".webstack", "releases");
    const { archive, digest } = packRelease(directory, out, { version: "1" });
    expect(entries(archive).map(({ path }) => path)).toEqual([
      ...[".webstack-release.json", "infra/", "lib/", "lib/a.js", "server.js"],
    ]);
    expect(packRelease(directory, out, { version: "1" }).digest).toBe(digest);
  });

  it("names the archive after its own sum", () => {
    const { digest, archive } = packRelease(app("one"), join(root, "out"));
    expect(archive).toBe(join(root, "out", `${digest}.tar.gz`));
    expect(createHash("sha256").update(readFileSync(archive)).digest("hex")).toBe(digest);
    expect(readdirSync(join(root, "out"))).toEqual([`${digest}.tar.gz`]);
  });

  it("holds everything, in one order, readable for the app's user", () => {
    const directory = app("modes");
    chmodSync(join(directory, "server.js"), 0o600);
    chmodSync(join(directory, "run"), 0o777);
    expect(entries(packRelease(directory, join(root, "modes-out")).archive)).toEqual([
      { path: "public/", mode: 0o755 },
      { path: "public/a.css", mode: 0o644 },
      { path: "run", mode: 0o755 },
      { path: "server.js", mode: 0o644 },
    ]);
  });

  it("gives the same bytes for the same content", () => {
    const first = packRelease(app("first"), join(root, "out"));
    const other = app("other", ["run", "public/a.css", "server.js"]);
    utimesSync(join(other, "run"), 1, 1);
    chmodSync(join(other, "server.js"), 0o664);
    expect(packRelease(other, join(root, "out")).digest).toBe(first.digest);
  });

  it("gives other bytes for other content, name or permission", () => {
    const digest = packRelease(app("base"), join(root, "out")).digest;
    const changed = app("changed");
    writeFileSync(join(changed, "run"), "something else");
    const executable = app("executable");
    chmodSync(join(executable, "run"), 0o755);
    const renamed = app("renamed", ["server.js", "public/b.css", "run"]);
    const digests = [changed, executable, renamed].map(
      (directory) => packRelease(directory, join(root, "out")).digest,
    );
    expect(new Set([digest, ...digests]).size).toBe(4);
  });

  it("holds its facts first, and nothing else in their place", () => {
    const directory = app("facts");
    writeFileSync(join(directory, ".webstack-release.json"), "of another release");
    const facts = { version: "1.2.3", command: ["node", "server.js"] };
    const { archive } = packRelease(directory, join(root, "facts-out"), facts);
    expect(entries(archive).map(({ path }) => path)).toEqual([
      ...[".webstack-release.json", "public/", "public/a.css", "run", "server.js"],
    ]);
    let text = "";
    const onReadEntry = (entry: ReadEntry) => {
      if (entry.path === ".webstack-release.json") entry.on("data", (chunk) => (text += chunk));
    };
    list({ file: archive, sync: true, onReadEntry });
    expect(text).toBe(`${JSON.stringify(facts)}\n`);
  });

  it("is another one with other facts, and the same with the same", () => {
    const of = (version: string) =>
      packRelease(app("versions"), join(root, "versions-out"), { version }).digest;
    expect(of("1")).toBe(of("1"));
    expect(of("1")).not.toBe(of("2"));
  });

  it("refuses an empty directory", () => {
    mkdirSync(join(root, "empty"));
    expect(() => packRelease(join(root, "empty"), root)).toThrow(
      `app.path must hold the built app, got the empty directory ${join(root, "empty")}`,
    );
  });

  it("takes a link as a link, and does not look behind it", () => {
    const directory = app("links", ["lib/a.js"]);
    symlinkSync("lib", join(directory, "alias"));
    const { archive } = packRelease(directory, join(root, "links-out"));
    expect(entries(archive).map(({ path }) => path)).toEqual(["alias", "lib/", "lib/a.js"]);
  });

  it("refuses links that lead out of the directory, and names them", () => {
    const directory = app("strays", ["lib/a.js"]);
    symlinkSync("/etc/passwd", join(directory, "lib", "absolute"));
    symlinkSync("../../one", join(directory, "lib", "beside"));
    expect(() => packRelease(directory, join(root, "strays-out"))).toThrow(
      /links that lead out of it, got 2 .*lib\/absolute -> \/etc\/passwd.*lib\/beside -> \.\.\/\.\.\/one/,
    );
  });

  it("tells how a package of a workspace gets copies of the packages that its node_modules links", () => {
    const directory = app("workspace", ["node_modules/a/index.js"]);
    symlinkSync("../../lib", join(directory, "node_modules", "lib"));
    expect(() => packRelease(directory, join(root, "workspace-out"))).toThrow(
      /got 1 .*node_modules\/lib -> \.\.\/\.\.\/lib; .*pnpm --filter <package> --config\.node-linker=hoisted deploy/,
    );
  });

  it("does not pack again what nobody wrote since", async () => {
    const directory = app("again");
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const out = join(root, "again-out");
    const first = packRelease(directory, out);
    const { mtimeMs } = statSync(first.archive);
    expect(packRelease(directory, out)).toEqual(first);
    expect(statSync(first.archive).mtimeMs).toBe(mtimeMs);
    writeFileSync(join(directory, "run"), "content of ran");
    expect(packRelease(directory, out).digest).not.toBe(first.digest);
    rmSync(first.archive);
    writeFileSync(join(directory, "run"), "content of run");
    expect(packRelease(directory, out).digest).toBe(first.digest);
  });
});

describe("cachedRelease", () => {
  it("has archive and facts of what was packed here, and nothing of another one", () => {
    const out = join(root, "kept-out");
    const facts = { version: "1.2.3" };
    const { digest, archive } = packRelease(app("kept"), out, facts);
    expect(cachedRelease(out, digest)).toEqual({ archive, facts });
    expect(cachedRelease(out, "0".repeat(64))).toEqual({});
    rmSync(archive);
    expect(cachedRelease(out, digest)).toEqual({ facts });
  });
});
