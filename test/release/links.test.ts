import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { list } from "tar";
import { afterAll, describe, expect, it } from "vitest";
import { packRelease } from "../../release/pack";

const root = mkdtempSync(join(tmpdir(), "links-"));
afterAll(() => rmSync(root, { recursive: true }));

/** An app directory; its files are written in the order given. */
function app(name: string, files: string[]): string {
  const directory = join(root, name);
  for (const file of files) {
    mkdirSync(join(directory, file, ".."), { recursive: true });
    writeFileSync(join(directory, file), `content of ${file}`);
  }
  return directory;
}

describe("the links of a release", () => {
  it("makes links relative that name the directory itself, so that they lead to the same file on a host", () => {
    const out = join(root, "own-out");
    const pack = (name: string) => {
      const directory = app(name, ["lib/a.js", "lib/deep/b.js"]);
      symlinkSync(join(directory, "lib/a.js"), join(directory, "lib/deep/absolute"));
      symlinkSync(directory, join(directory, "lib/root"));
      symlinkSync(`../../${name}/lib`, join(directory, "lib/named"));
      symlinkSync(".././lib/a.js", join(directory, "lib/as-it-is"));
      symlinkSync(directory, join(root, `link-to-${name}`));
      symlinkSync(join(directory, "lib"), join(directory, "by-real-path"));
      return packRelease(join(root, `link-to-${name}`), out);
    };
    const { archive, digest } = pack("own-1");
    const targets: Record<string, string | undefined> = {};
    list({
      ...{ file: archive, sync: true },
      onReadEntry: ({ type, path, linkpath }) => {
        if (type === "SymbolicLink") targets[path] = linkpath;
      },
    });
    expect(targets).toEqual({
      "by-real-path": "lib",
      "lib/as-it-is": ".././lib/a.js",
      "lib/deep/absolute": "../a.js",
      "lib/named": ".",
      "lib/root": "..",
    });
    expect(pack("own-2").digest).toBe(digest);
  });
});
