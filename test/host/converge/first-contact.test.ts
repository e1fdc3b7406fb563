import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { proveHostKeys } from "../../../host/converge/first-contact";
import { proofOf } from "../../../provider/host-key";
import { stateDirectory } from "./temporary-host";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));

const ssh = mkdtempSync(join(tmpdir(), "host-keys-"));
const keyFile = join(stateDirectory, "first-contact");
afterAll(() => rmSync(ssh, { recursive: true }));
beforeEach(() => {
  writeFileSync(keyFile, "once\n");
  writeFileSync(join(ssh, "ssh_host_ed25519_key.pub"), "ssh-ed25519 AAAA root@web-1\n");
  writeFileSync(join(ssh, "ssh_host_rsa_key.pub"), "ssh-rsa BBBB\n");
  writeFileSync(join(ssh, "ssh_host_rsa_key"), "private\n");
  writeFileSync(join(ssh, "sshd_config"), "Port 22\n");
});

describe("the proof of a host's keys", () => {
  it("is one for each public key, without its comment", () => {
    const proof = (text: string) => createHmac("sha256", "once").update(text).digest("base64url");
    expect(proveHostKeys(ssh)).toEqual({
      "ssh-ed25519 AAAA": proof("ssh-ed25519 AAAA"),
      "ssh-rsa BBBB": proof("ssh-rsa BBBB"),
    });
  });

  it("is what the provider expects", () => {
    const proofs = proveHostKeys(ssh);
    expect(proofs["ssh-rsa BBBB"]).toBe(proofOf("ssh-rsa BBBB", "once"));
  });

  it("is refused without a key from user data", () => {
    rmSync(keyFile);
    expect(() => proveHostKeys(ssh)).toThrow(`${keyFile} does not exist`);
  });
});
