import { describe, expect, it } from "vitest";
import { LoadedCertificates, parseCertificate } from "../../../host/acme/haproxy-certificates";

const folder = "/store/live";
const path = `${folder}/www.example.com.pem`;
const map = "opt@/store/certified.map";

/** An HAProxy that answers as 3.2 does, and what it was told. */
function haproxy(shown: string, inMap: string[] = [], open?: string) {
  const told: string[] = [];
  const list = open === undefined ? "" : `# transaction\n*${open}\n`;
  const answers: [RegExp, string][] = [
    [/^show ssl cert$/, `${list}# filename\n${path}`],
    [/^abort ssl cert/, `Transaction aborted for certificate '${open}'!`],
    [/^show ssl cert/, shown],
    [/^new ssl cert/, `New empty certificate store '${path}'!`],
    [/^set ssl cert/, `Transaction created for certificate ${path}!`],
    [/^commit ssl cert/, `Committing ${path}\nSuccess!`],
    [/^add ssl crt-list/, `Inserting certificate '${path}' in crt-list '${folder}'.\nSuccess!`],
    [/^del ssl crt-list/, `Entry '${path}' deleted in crtlist '${folder}'!`],
    [/^del ssl cert/, `Certificate '${path}' deleted!`],
    [/^show map/, inMap.map((name) => `0x7f ${name} yes`).join("\n")],
    [/^(add|del) map/, ""],
  ];
  const loaded = new LoadedCertificates(folder, map, async (command) => {
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
      "show ssl cert",
      `set ssl cert ${path} <<\nPEM\n`,
      `commit ssl cert ${path}`,
      `add ssl crt-list ${folder} ${path}`,
    ]);
  });

  it("renews one in its place", async () => {
    const { loaded, told } = haproxy(used);
    expect(await loaded.serve(path, { pem: "PEM\n", fingerprint: "EF01" })).toBe(true);
    expect(told.slice(1)).toEqual([
      "show ssl cert",
      `set ssl cert ${path} <<\nPEM\n`,
      `commit ssl cert ${path}`,
    ]);
  });

  it("ends the open update of another file first, which a lost program left", async () => {
    const { loaded, told } = haproxy(used, [], "/store/live/a.example.com.pem");
    await loaded.serve(path, { pem: "PEM\n", fingerprint: "EF01" });
    expect(told.slice(1, 4)).toEqual([
      "show ssl cert",
      "abort ssl cert /store/live/a.example.com.pem",
      `set ssl cert ${path} <<\nPEM\n`,
    ]);
  });

  it("leaves the one that is served alone", async () => {
    const { loaded, told } = haproxy(used);
    expect(await loaded.serve(path, { pem: "PEM\n", fingerprint: "ABCD" })).toBe(false);
    expect(told).toHaveLength(1);
  });

  it("ends what was broken off before the certificate was in the list", async () => {
    const { loaded, told } = haproxy(used.replace("Used", "Unused"));
    await loaded.serve(path, { pem: "PEM\n", fingerprint: "ABCD" });
    expect(told.slice(1)).toEqual([`add ssl crt-list ${folder} ${path}`]);
  });

  it("fails with HAProxy's words", async () => {
    const loaded = new LoadedCertificates(folder, map, async () => "unable to load certificate");
    await expect(loaded.serve(path, { pem: "PEM\n", fingerprint: "ABCD" })).rejects.toThrow(
      `HAProxy refused the command new ssl cert ${path}: unable to load certificate`,
    );
  });

  it("forgets a name from the list first", async () => {
    const { loaded, told } = haproxy(used);
    await loaded.forget(path);
    expect(told.slice(1)).toEqual([`del ssl crt-list ${folder} ${path}`, `del ssl cert ${path}`]);
  });

  it("lists, adds and removes the names that have a certificate", async () => {
    const { loaded, told } = haproxy("", ["old.example.com", "www.example.com"]);
    expect(await loaded.certified()).toEqual(["old.example.com", "www.example.com"]);
    await loaded.certify("new.example.com");
    await loaded.decertify("old.example.com");
    expect(told).toEqual([
      `show map ${map}`,
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
