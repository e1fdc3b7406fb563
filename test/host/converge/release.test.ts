import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../../../host/converge/files";
import { stateDirectory } from "../../../host/converge/directories";
import {
  currentRelease,
  switchRelease,
  unpackRelease,
  releaseSeconds,
} from "../../../host/converge/release";
import { fetchRelease, hasRelease, receive } from "../../../host/converge/transfer";
import { packRelease } from "../../../release/pack";
import { unpacked } from "./unpacked";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async (original) => ({
  ...(await original<object>()),
  reportStep: () => undefined,
}));

const digest = sha256("archive");
const other = "b".repeat(64);
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "release-"));
});
afterEach(() => {
  for (const folder of [root, join(stateDirectory, "incoming")]) {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("receive", () => {
  it("stores an archive that has the digest, for root alone", async () => {
    await receive(digest, Readable.from(["arch", "ive"]));
    const path = join(stateDirectory, "incoming", `${digest}.tar.gz`);
    expect(readFileSync(path, "utf8")).toBe("archive");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("refuses an archive with another digest and keeps nothing of it", async () => {
    await expect(receive(other, Readable.from(["archive"]))).rejects.toThrow(
      `the release must have SHA-256 ${other}, got ${digest}`,
    );
    expect(readdirSync(join(stateDirectory, "incoming"))).toEqual([]);
  });

  it("keeps no other archive: that of a deploy that was given up would stay for ever", async () => {
    await receive(sha256("given up"), Readable.from(["given up"]));
    await receive(digest, Readable.from(["archive"]));
    expect(readdirSync(join(stateDirectory, "incoming"))).toEqual([`${digest}.tar.gz`]);
  });

  it("keeps nothing of an archive that breaks off", async () => {
    const source = new Readable({ read: () => source.destroy(new Error("connection lost")) });
    await expect(receive(digest, source)).rejects.toThrow("connection lost");
    expect(readdirSync(join(stateDirectory, "incoming"))).toEqual([]);
  });

  it("refuses a digest that is a path", async () => {
    await expect(receive("../../etc", Readable.from([]))).rejects.toThrow(
      'digest must be 64 hex digits, got "../../etc"',
    );
  });
});

describe("fetchRelease", () => {
  it("fetches nothing that is there", async () => {
    unpacked(root, digest);
    const url = "http://127.0.0.1:9/nobody.tar.gz";
    await expect(fetchRelease({ digest, url, root, keep: 3 })).resolves.toBeUndefined();
    await expect(fetchRelease({ digest: other, url, root, keep: 3 })).rejects.toThrow();
  });
});

describe("hasRelease", () => {
  it("is false when neither the release nor its archive is there", () => {
    expect(hasRelease(digest, root)).toBe(false);
  });

  it("is true for an archive that has arrived", async () => {
    await receive(digest, Readable.from(["archive"]));
    expect(hasRelease(digest, root)).toBe(true);
  });

  it("is true for a release that is unpacked", () => {
    unpacked(root, digest);
    expect(hasRelease(digest, root)).toBe(true);
  });
});

describe("switchRelease", () => {
  it("points current at a release by a relative path, and names the one before", () => {
    expect(switchRelease(root, digest)).toBeUndefined();
    expect(switchRelease(root, other)).toBe(digest);
    expect(readlinkSync(join(root, "current"))).toBe(`releases/${other}`);
  });

  it("gets over a link that an interrupted switch left", () => {
    switchRelease(root, digest);
    writeFileSync(join(root, ".current.webstack"), "");
    switchRelease(root, other);
    expect(currentRelease(root)).toBe(other);
    expect(readdirSync(root)).toEqual(["current"]);
  });

  it("takes current away when there was no release before", () => {
    switchRelease(root, digest);
    expect(switchRelease(root, undefined)).toBe(digest);
    expect(currentRelease(root)).toBeUndefined();
  });
});

describe("unpackRelease", () => {
  /** Packs an app of one file and hands it to the host; returns its digest. */
  async function delivered(): Promise<string> {
    const app = join(root, "app");
    mkdirSync(app);
    writeFileSync(join(app, "server.js"), "1\n");
    const packed = packRelease(app, join(root, "out"));
    await receive(packed.digest, Readable.from([readFileSync(packed.archive)]));
    return packed.digest;
  }

  it("unpacks an archive that has arrived, and removes the archive", async () => {
    const wanted = await delivered();
    expect(await unpackRelease({ digest: wanted, root, keep: 3 })).toBe(true);
    const file = join(root, "releases", wanted, "server.js");
    expect(readFileSync(file, "utf8")).toBe("1\n");
    expect(statSync(file).mtimeMs).toBe(releaseSeconds(wanted) * 1000);
    expect(readdirSync(join(stateDirectory, "incoming"))).toEqual([]);
  });

  it("leaves a line for Nginx that names the release, whatever the archive has in that place", async () => {
    const app = join(root, "app");
    mkdirSync(app);
    writeFileSync(join(app, "elsewhere"), "as it was\n");
    symlinkSync("elsewhere", join(app, ".webstack-nginx.conf"));
    const packed = packRelease(app, join(root, "out"), { version: "1.2.3" });
    await receive(packed.digest, Readable.from([readFileSync(packed.archive)]));
    await unpackRelease({ digest: packed.digest, root, keep: 3 });
    const line = join(root, "releases", packed.digest, ".webstack-nginx.conf");
    expect(readFileSync(line, "utf8")).toBe('add_header X-Release "1.2.3" always;\n');
    expect(readFileSync(join(line, "..", "elsewhere"), "utf8")).toBe("as it was\n");
  });

  it("says that an archive without a URL has not arrived", async () => {
    expect(await unpackRelease({ digest, root, keep: 3 })).toBe(false);
  });

  it("leaves a release alone that is there", async () => {
    unpacked(root, digest);
    expect(await unpackRelease({ digest, root, keep: 3 })).toBe(true);
    expect(readdirSync(join(root, "releases", digest))).toEqual([]);
  });

  it("leaves no half release of an archive that cannot be unpacked", async () => {
    await receive(digest, Readable.from(["archive"]));
    await expect(unpackRelease({ digest, root, keep: 3 })).rejects.toThrow("/usr/bin/tar");
    expect(readdirSync(join(root, "releases"))).toEqual([]);
  });
});
