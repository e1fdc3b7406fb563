import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { list } from "tar";
import { afterAll, describe, expect, it } from "vitest";
import { packRelease } from "../../release/pack";

const root = mkdtempSync(join(tmpdir(), "names-"));
afterAll(() => rmSync(root, { recursive: true }));

function app(name: string, files: Record<string, string>): string {
  const directory = join(root, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(directory, file, ".."), { recursive: true });
    writeFileSync(join(directory, file), text);
  }
  return directory;
}

/** Type and content, or target, of each entry by path. */
function content(file: string): Record<string, string> {
  const found: Record<string, string> = {};
  list({
    ...{ file, sync: true },
    onReadEntry: (entry) => {
      found[entry.path] = `${entry.type} ${entry.linkpath ?? ""}`;
      entry.on("data", (chunk) => (found[entry.path] += chunk.toString()));
    },
  });
  return found;
}

describe("names in a release", () => {
  it("may begin with @, and are no archives to copy from", () => {
    const directory = app("at", { alice: "a", "@alice": "b", "@types/node/x": "c", "p/@q": "d" });
    symlinkSync("@alice", join(directory, "@link"));
    const { archive } = packRelease(directory, join(root, "at-out"), { version: "1" });
    expect(content(archive)).toEqual({
      ".webstack-release.json": 'File {"version":"1"}\n',
      "@alice": "File b",
      "@link": "SymbolicLink @alice",
      "@types/": "Directory ",
      "@types/node/": "Directory ",
      "@types/node/x": "File c",
      alice: "File a",
      "p/": "Directory ",
      "p/@q": "File d",
    });
  });

  it("must be UTF-8, and the one that is not is named", () => {
    const directory = app("latin", { "public/a.css": "" });
    writeFileSync(Buffer.from(`${directory}/public/caf\xe9`, "latin1"), "");
    expect(() => packRelease(directory, join(root, "latin-out"))).toThrow(
      `app.path must hold names in UTF-8 only, got "public/caf\ufffd" in ${directory}; rename that file`,
    );
    rmSync(directory, { recursive: true });
    const named = app("replacement", { "caf\ufffd": "" });
    expect(() => packRelease(named, join(root, "latin-out"))).not.toThrow();
  });
});

describe("hard links in a release", () => {
  it("are files: equal content of two machines is one release", () => {
    const linked = app("linked", { a: "same", "z/other": "x" });
    linkSync(join(linked, "a"), join(linked, "b"));
    const copied = app("copied", { a: "same", b: "same", "z/other": "x" });
    const out = join(root, "linked-out");
    const { archive, digest } = packRelease(linked, out);
    expect(content(archive)).toMatchObject({ a: "File same", b: "File same" });
    expect(packRelease(copied, out).digest).toBe(digest);
  });
});
