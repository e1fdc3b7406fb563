import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stateDirectory } from "../../../host/converge/directories";
import { sha256 } from "../../../host/converge/files";
import { unpackRelease } from "../../../host/converge/release";
import { receive } from "../../../host/converge/transfer";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async (original) => ({
  ...(await original<object>()),
  reportStep: () => undefined,
}));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "release-modes-"));
});
afterEach(() => {
  for (const folder of [root, join(stateDirectory, "incoming")]) {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("unpackRelease", () => {
  it("gives an archive of the operator's own the modes of a packed release, so that Nginx may read it", async () => {
    const app = join(root, "app");
    mkdirSync(join(app, "assets"), { recursive: true, mode: 0o700 });
    for (const file of ["index.html", "run", "assets/a.css"]) writeFileSync(join(app, file), "");
    symlinkSync("index.html", join(app, "link"));
    for (const [path, mode] of Object.entries({ "index.html": 0o600, run: 0o4770, "": 0o700 })) {
      chmodSync(join(app, path), mode);
    }
    const archive = join(root, "site.tgz");
    execFileSync("tar", ["-C", app, "-czf", archive, "."]);
    const wanted = sha256(readFileSync(archive));
    await receive(wanted, Readable.from([readFileSync(archive)]));
    await unpackRelease({ digest: wanted, root, keep: 3 });
    const modes = ["", "assets", "assets/a.css", "index.html", "run"].map((path) => {
      const { mode } = statSync(join(root, "releases", wanted, path));
      return `${path} ${(mode & 0o7777).toString(8)}`;
    });
    expect(modes).toEqual([" 755", "assets 755", "assets/a.css 644", "index.html 644", "run 755"]);
  });
});
