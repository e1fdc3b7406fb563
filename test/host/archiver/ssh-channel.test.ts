import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkedPut } from "../../../host/archiver/store/object-store";
import { openStore } from "../../../host/archiver/settings";
import { knownHosts, reasonOf, sshArguments } from "../../../host/archiver/store/ssh-channel";
import { type } from "../../../localcloud/file-storage/packets";
import { keyPair, TestFileStorage } from "../../../localcloud/test/support/test-file-storage";

const read = (path: string) => readFileSync(path, "utf8");

describe("the words of ssh", () => {
  const target = {
    host: "u1.example.com",
    port: 23,
    user: "u1",
    path: "b",
    hostKey: "ssh-rsa AA=",
  };

  it("name the one host key, whatever the address is", () => {
    expect(knownHosts({ hostKey: "ssh-ed25519 AAAA comment" })).toBe(
      "webstack-backups ssh-ed25519 AAAA\n",
    );
    const words = sshArguments(target, "/secret", "/known");
    expect(words).toContain("HostKeyAlias=webstack-backups");
    expect(words).toContain("StrictHostKeyChecking=yes");
    expect(words.slice(-4)).toEqual(["-s", "--", "u1.example.com", "sftp"]);
  });

  it("are told in one line", () => {
    expect(
      reasonOf("warning\r\nssh: connect to host x port 23: Connection refused\r\n", target),
    ).toBe(
      "the connection to u1.example.com port 23 ended: ssh: connect to host x port 23: Connection refused",
    );
    expect(reasonOf("", target)).toBe("the connection to u1.example.com port 23 ended");
  });
});

describe.skipIf(!existsSync("/usr/bin/ssh"))("OpenSSH's client", () => {
  let storage: TestFileStorage;
  let folder: string;

  beforeEach(async () => {
    storage = await TestFileStorage.start();
    folder = mkdtempSync(join(tmpdir(), "ssh-"));
  });
  afterEach(() => {
    storage.stop();
    rmSync(folder, { recursive: true });
  });

  /** The store as a host opens it. */
  function hostStore({
    privateKey = storage.writer.privateKey,
    hostKey = storage.place.hostKey,
  } = {}) {
    const files = { secret: join(folder, "secret"), knownHosts: join(folder, "known") };
    writeFileSync(files.secret, privateKey, { mode: 0o600 });
    writeFileSync(files.knownHosts, knownHosts({ hostKey }));
    return openStore({ sftp: storage.place }, files, read);
  }

  it("carries a whole put and its check", async () => {
    const store = hostStore();
    const content = Buffer.alloc(400_000, "abc");
    await checkedPut(store, "w/t/data/0000000001.x.age", content);
    expect((await store.get("w/t/data/0000000001.x.age"))!.equals(content)).toBe(true);
    expect(await store.list("w/t/")).toEqual(["w/t/data/0000000001.x.age"]);
  });

  it("connects anew after the server ended the connection", async () => {
    const store = hostStore();
    await store.put("a", Buffer.from("x"));
    storage.onRequest = (_, kind, connection) => {
      if (kind === type.stat) connection.end();
      storage.onRequest = () => undefined;
    };
    await expect(store.head("a")).rejects.toThrow(/^HEAD a: the connection to 127\.0\.0\.1 port/);
    expect(await store.head("a")).toEqual({ bytes: 1, md5: "" });
  });

  it("says nothing to a server with another host key", async () => {
    const store = hostStore({ hostKey: keyPair().publicKey });
    await expect(store.list("")).rejects.toThrow("is not backups.target.sftp.hostKey");
    const copy = { ...storage.place, setting: "backups.copy" };
    expect(reasonOf("Host key verification failed.", copy)).toContain(
      "is not backups.copy.sftp.hostKey",
    );
  });

  it("tells that the key is not accepted", async () => {
    const store = hostStore({ privateKey: keyPair().privateKey });
    await expect(store.list("")).rejects.toThrow("does not accept the key of the backups");
  });
});
