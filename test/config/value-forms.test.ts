import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isSshPublicKey } from "../../config/value-forms";

const folder = mkdtempSync(join(tmpdir(), "keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A public key that OpenSSH makes. */
function made(type: string, bits: string): string {
  const file = join(mkdtempSync(join(folder, "made-")), "key");
  const what = ["-q", "-N", "", "-C", "ann@example.com", "-t", type, "-b", bits, "-f", file];
  execFileSync("ssh-keygen", what);
  return readFileSync(`${file}.pub`, "utf8").trim();
}

describe("an SSH public key", () => {
  it.each([
    ["ed25519", "256"],
    ["ecdsa", "256"],
    ["ecdsa", "521"],
    ["rsa", "2048"],
  ])("of type %s with %s bits is taken, with and without a comment", (type, bits) => {
    const key = made(type, bits);
    expect(isSshPublicKey(key)).toBe(true);
    expect(isSshPublicKey(key.replace(" ann@example.com", ""))).toBe(true);
  });

  it.each([
    ["half of its data", (key: string) => key.slice(0, 60)],
    ["the type of another key", (key: string) => key.replace("ssh-ed25519", "ssh-rsa")],
    ["options before it", (key: string) => `command="sh" ${key}`],
    ["a second line", (key: string) => `${key}\n${key}`],
  ])("with %s is refused", (_, broken) => {
    expect(isSshPublicKey(broken(made("ed25519", "256")))).toBe(false);
  });
});
