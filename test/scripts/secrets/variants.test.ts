import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Matcher } from "../../../scripts/secrets/matcher";
import { isPublicPem } from "../../../scripts/secrets/pem";
import { variants } from "../../../scripts/secrets/variants";

/** The forms in which a value is found in a text. */
function forms(value: string, text: string | Buffer): string[] {
  const patterns = variants(value).map((one) => ({ ...one, secret: 0 }));
  const hits = new Matcher(patterns).search(Buffer.from(text as string));
  return [...new Set(hits.map(({ pattern }) => pattern.form))].sort();
}

const value = 'p"ss wörd/+&=0123456789';

describe("the forms of a secret", () => {
  it.each([
    ["plain", `key=${value};`],
    ["URL-encoded", `https://x/?p=${encodeURIComponent(value)}`],
    ["URL-encoded", `https://x/?p=${encodeURIComponent(value).replaceAll("%20", "+")}`],
    ["JSON-escaped", JSON.stringify({ value })],
    ["hex", Buffer.from(value).toString("hex")],
  ])("are found: %s", (form, text) => {
    expect(forms(value, text)).toEqual([form]);
  });

  it.each([0, 1, 2, 3])("are found in base64 after %s other bytes", (before) => {
    const text = Buffer.from(`${"x".repeat(before)}${value}, and more`).toString("base64");
    expect(forms(value, text)).toContain("base64");
  });

  it("are not made of a value below 12 bytes", () => {
    expect(variants("12345678901")).toEqual([]);
    expect(variants("123456789012")).not.toEqual([]);
  });

  it("hold the strings of a JSON value", () => {
    expect(forms('{"app":"abcdefghijklmnop","n":1}', "PW=abcdefghijklmnop")).toContain("plain");
  });
});

describe("a private key", () => {
  const kinds = {
    ec: generateKeyPairSync("ec", { namedCurve: "P-256" }),
    rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ed25519: generateKeyPairSync("ed25519"),
  };

  it.each(Object.entries(kinds))("is found by a line, in base64 and as DER: %s", (kind, pair) => {
    const pem = pair.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    const lines = pem.trim().split("\n");
    // An RSA key begins with what is public.
    const telling = kind === "rsa" ? lines.slice(10, 11) : lines.slice(1, 2);
    expect(forms(pem, telling.join())).toContain("plain");
    const wrapped = Buffer.from(pem).toString("base64").replace(/.{76}/g, "$&\n");
    expect(forms(pem, wrapped)).toContain("base64");
    expect(forms(pem, pair.privateKey.export({ format: "der", type: "pkcs8" }))).toContain("plain");
  });

  it.each(Object.entries(kinds))("is not found in its public key: %s", (_, pair) => {
    const pem = pair.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    for (const format of ["pem", "der"] as const) {
      const open = pair.publicKey.export({ format: format as "pem", type: "spki" });
      expect(forms(pem, Buffer.from(open))).toEqual([]);
    }
  });

  it("is told from certificates and public keys", () => {
    const open = kinds.ec.publicKey.export({ format: "pem", type: "spki" }).toString();
    const closed = kinds.ec.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    expect(isPublicPem(open + open)).toBe(true);
    expect(isPublicPem(open + closed)).toBe(false);
    expect(isPublicPem(`${open}password=1`)).toBe(false);
  });
});

describe("a key in OpenSSH form", () => {
  it.each(["ed25519", "ecdsa", "rsa"])("is found by its secret numbers: %s", (kind) => {
    const folder = mkdtempSync(join(tmpdir(), "secrets-audit-"));
    const file = join(folder, "key");
    execFileSync("ssh-keygen", ["-q", "-t", kind, "-N", "", "-f", file]);
    const [closed, open] = [readFileSync(file, "utf8"), readFileSync(`${file}.pub`, "utf8")];
    rmSync(folder, { recursive: true });
    const body = closed.trim().split("\n").slice(1, -1);
    expect(forms(closed, Buffer.from(body.join(""), "base64"))).toEqual(["plain"]);
    expect(body.some((line) => forms(closed, line).includes("plain"))).toBe(true);
    expect(forms(closed, open)).toEqual([]);
    expect(forms(closed, Buffer.from(open.split(" ")[1]!, "base64"))).toEqual([]);
  });
});
