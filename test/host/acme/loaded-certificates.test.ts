import { describe, expect, it } from "vitest";
import { LoadedCertificates, parseCertificate } from "../../../host/acme/loaded-certificates";

const list = "/store/live";
const path = `${list}/www.example.com.pem`;
const map = "opt@/store/certified.map";

/** An HAProxy that answers as 3.2 does, and what it was told. */
function haproxy(shown: string, inMap: string[] = []) {
  const told: string[] = [];
  const answers: [RegExp, string][] = [
    [/^show ssl cert/, shown],
    [/^new ssl cert/, `New empty certificate store '${path}'!`],
    [/^set ssl cert/, `Transaction created for certificate ${path}!`],
    [/^commit ssl cert/, `Committing ${path}\nSuccess!`],
    [/^add ssl crt-list/, `Inserting certificate '${path}' in crt-list '${list}'.\nSuccess!`],
    [/^del ssl crt-list/, `Entry '${path}' deleted in crtlist '${list}'!`],
    [/^del ssl cert/, `Certificate '${path}' deleted!`],
    [/^show map/, inMap.map((name) => `0x7f ${name} yes`).join("\n")],
    [/^(add|del) map/, ""],
  ];
  const loaded = new LoadedCertificates(list, map, async (command) => {
    told.push(command);
    return answers.find(([pattern]) => pattern.test(command))?.[1] ?? "Unknown command";
  });
  return { loaded, told };
}

const used = `Filename: ${path}\nStatus: Used\nSHA1 FingerPrint: ABCD`;

describe("LoadedCertificates", () => {
  it("brings a certificate that HAProxy has not", async () => {
    const { loaded, told } = haproxy("Can't display the certificate: Not found!");
    expect(await loaded.serve(path, { pem: "PEM\n", fingerprint: "ABCD" })).toBe(true);
    expect(told).toEqual([
      `show ssl cert ${path}`,
      `new ssl cert ${path}`,
      `set ssl cert ${path} <<\nPEM\n`,
      `commit ssl cert ${path}`,
      `add ssl crt-list ${list} ${path}`,
    ]);
  });

  it("renews one in its place", async () => {
    const { loaded, told } = haproxy(used);
    expect(await loaded.serve(path, { pem: "PEM\n", fingerprint: "EF01" })).toBe(true);
    expect(told.slice(1)).toEqual([`set ssl cert ${path} <<\nPEM\n`, `commit ssl cert ${path}`]);
  });

  it("leaves the one that is served alone", async () => {
    const { loaded, told } = haproxy(used);
    expect(await loaded.serve(path, { pem: "PEM\n", fingerprint: "ABCD" })).toBe(false);
    expect(told).toHaveLength(1);
  });

  it("ends what was broken off before the certificate was in the list", async () => {
    const { loaded, told } = haproxy(used.replace("Used", "Unused"));
    await loaded.serve(path, { pem: "PEM\n", fingerprint: "ABCD" });
    expect(told.slice(1)).toEqual([`add ssl crt-list ${list} ${path}`]);
  });

  it("fails with HAProxy's words", async () => {
    const loaded = new LoadedCertificates(list, map, async () => "unable to load certificate");
    await expect(loaded.serve(path, { pem: "PEM\n", fingerprint: "ABCD" })).rejects.toThrow(
      `HAProxy refused the command new ssl cert ${path}: unable to load certificate`,
    );
  });

  it("forgets a name from the list first", async () => {
    const { loaded, told } = haproxy(used);
    await loaded.forget(path);
    expect(told.slice(1)).toEqual([`del ssl crt-list ${list} ${path}`, `del ssl cert ${path}`]);
  });

  it("makes the map hold the names that have a certificate", async () => {
    const { loaded, told } = haproxy("", ["old.example.com", "www.example.com"]);
    expect(await loaded.certify(["www.example.com", "new.example.com"])).toEqual([
      "new.example.com",
    ]);
    expect(told.slice(1)).toEqual([
      `add map ${map} new.example.com yes`,
      `del map ${map} old.example.com`,
    ]);
  });
});

describe("shownCertificate", () => {
  it("reads an empty store, which has no fingerprint", () => {
    expect(parseCertificate(`Filename: *${path}\nStatus: Empty`)).toEqual({ used: false });
    expect(parseCertificate("Can't display the certificate: Not found!")).toBeUndefined();
  });
});
