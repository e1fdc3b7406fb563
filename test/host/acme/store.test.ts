import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { certificateOf, Store } from "../../../host/acme/store";
import { ownCertificate } from "../../support/own-certificate";

const folders: string[] = [];
afterEach(() =>
  folders.splice(0).forEach((path) => rmSync(path, { recursive: true, force: true })),
);

describe("a store of certificates", () => {
  it("tells before an order that a certificate could not be kept, and leaves nothing of the trial", () => {
    const folder = mkdtempSync(join(tmpdir(), "acme-store-"));
    folders.push(folder);
    const store = new Store(folder);
    expect(store.problem()).toBeUndefined();
    expect(readdirSync(join(folder, "live"))).toEqual([]);
    rmSync(join(folder, "live"), { recursive: true });
    expect(store.problem()).toMatch(/^a certificate could not be kept in .*live: ENOENT/);
  });

  it("keeps the certificate of a wildcard under a name without an asterisk, and finds it again", () => {
    const folder = mkdtempSync(join(tmpdir(), "acme-store-"));
    folders.push(folder);
    const store = new Store(folder);
    const pem = wildcardCertificate(folder);
    store.save("*.example.com", certificateOf("*.example.com", pem));
    expect(readdirSync(join(folder, "live"))).toEqual(["_wildcard.example.com.pem"]);
    expect(store.names()).toEqual(["*.example.com"]);
    expect(store.read("*.example.com")?.pem).toBe(pem);
    store.remove("*.example.com");
    expect(store.names()).toEqual([]);
    expect(() => certificateOf("*.example.net", pem)).toThrow("is not for *.example.net");
  });

  it("has no chain with a damaged certificate, with which HAProxy would not start", () => {
    const { certificate, privateKey } = ownCertificate;
    const damaged = certificate.split("\n").toSpliced(3, 1).join("\n");
    const parsed = (chain: string) => certificateOf("www.example.com", chain + privateKey);
    expect(parsed(certificate + certificate).pem).toContain(certificate + certificate);
    expect(() => parsed(certificate + damaged)).toThrow(
      "certificate 2 of the chain of www.example.com is damaged",
    );
  });

  it("keeps the values that may be in a zone for the next start", () => {
    const folder = mkdtempSync(join(tmpdir(), "acme-store-"));
    folders.push(folder);
    new Store(folder).savePendingChallenges({ value: "*.example.com" });
    expect(new Store(folder).pendingChallenges()).toEqual({ value: "*.example.com" });
  });
});

function wildcardCertificate(folder: string): string {
  const file = (name: string) => join(folder, name);
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split(" ");
  const names = ["-subj", "/CN=test", "-addext", "subjectAltName=DNS:*.example.com"];
  const out = ["-keyout", file("key.pem"), "-out", file("cert.pem")];
  execFileSync("openssl", ["req", "-x509", ...key, ...names, ...out], { stdio: "ignore" });
  return readFileSync(file("cert.pem"), "utf8") + readFileSync(file("key.pem"), "utf8");
}
