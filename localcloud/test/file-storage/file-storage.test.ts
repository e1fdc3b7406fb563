import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readFileStorageAccess, FileStorage } from "../../file-storage/file-storage";
import { keyPair, TestFileStorage } from "../support/test-file-storage";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sftp-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.skipIf(!existsSync("/usr/bin/sftp"))("the SFTP server and OpenSSH's own client", () => {
  let storage: TestFileStorage;
  beforeEach(async () => {
    storage = await TestFileStorage.start();
  });
  afterEach(() => storage.stop());

  async function sftp(lines: string[], user = "u1", key = storage.writer.privateKey) {
    const { port, hostKey } = storage.place;
    const paths = { key: join(folder, "key"), known: join(folder, "known") };
    writeFileSync(paths.key, key, { mode: 0o600 });
    writeFileSync(paths.known, `[127.0.0.1]:${port} ${hostKey}\n`);
    writeFileSync(join(folder, "batch"), `${lines.join("\n")}\n`);
    const options = ["BatchMode=yes", "StrictHostKeyChecking=yes", `IdentityFile=${paths.key}`];
    const words = [...options, "IdentitiesOnly=yes", `UserKnownHostsFile=${paths.known}`];
    return promisify(execFile)("/usr/bin/sftp", [
      ...["-F", "none", "-P", String(port), "-b", join(folder, "batch")],
      ...words.flatMap((word) => ["-o", word]),
      `${user}@127.0.0.1`,
    ]);
  }

  it("agree about folders, files, links and names", async () => {
    writeFileSync(join(folder, "big"), Buffer.alloc(1_000_000, "abc"));
    const { stdout } = await sftp([
      ...["mkdir a", "mkdir a/b", `put ${folder}/big a/b/one`, "ln a/b/one a/two"],
      ...[`get a/two ${folder}/back`, "ls -1 a", "rename a/two a/three", "rm a/b/one", "rmdir a/b"],
    ]);
    expect(readFileSync(join(folder, "back")).length).toBe(1_000_000);
    expect(stdout).toContain("a/b\na/two\n");
    expect(storage.folder.names("a").sort()).toEqual([".", "..", "three"]);
  });

  it("keep to the account's folder, and to its rights", async () => {
    writeFileSync(join(folder, "x"), "x");
    await sftp([`put ${folder}/x ../../escaped`]);
    expect(existsSync(join(storage.root, "escaped"))).toBe(true);
    const read = sftp(["rm escaped"], "u1-sub1", storage.reader.privateKey);
    await expect(read).rejects.toThrow("Permission denied");
    await expect(sftp(["ls"], "u1-sub1", storage.writer.privateKey)).rejects.toThrow(
      "Permission denied (publickey)",
    );
  });

  it("a link to a taken name is refused", async () => {
    writeFileSync(join(folder, "x"), "x");
    const lines = [`put ${folder}/x one`, `put ${folder}/x two`, "ln one two"];
    await expect(sftp(lines)).rejects.toThrow("Failure");
  });
});

describe("faults of the SFTP server", () => {
  function started(): FileStorage {
    const { privateKey: hostKey, publicKey } = keyPair();
    const access = join(folder, "access.json");
    writeFileSync(access, JSON.stringify({ hostKey, accounts: [{ name: "u1", publicKey }] }));
    return new FileStorage(folder, access);
  }

  it("change bytes of a file without a word, and name a file that is not there", () => {
    const storage = started();
    const fault = { fault: "corrupt-object", bucket: "sftp", key: "backups/a" } as const;
    expect(() => storage.inject(1, fault)).toThrow("no file backups/a in sftp");
    execFileSync("mkdir", ["-p", join(folder, "files/backups")]);
    writeFileSync(join(folder, "files/backups/a"), "0123456789");
    storage.inject(1, fault);
    const found = readFileSync(join(folder, "files/backups/a"), "latin1");
    expect([found.length, found.slice(0, 5), found.slice(9)]).toEqual([10, "01234", "9"]);
    expect(found).not.toBe("0123456789");
  });

  it("need accounts: a file without them is refused with the reason", () => {
    const path = join(folder, "access.json");
    writeFileSync(path, JSON.stringify({ hostKey: "x", accounts: [] }));
    expect(() => readFileStorageAccess(path)).toThrow(/access\.json: .*accounts/s);
  });
});
