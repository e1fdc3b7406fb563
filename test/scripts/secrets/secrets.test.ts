import { describe, expect, it } from "vitest";
import { isBad, reportLines } from "../../../scripts/secrets/command-line";
import { emptyResult } from "../../../scripts/secrets/scan/result";
import { searched, secretsOfSettings, secretsOfState } from "../../../scripts/secrets/secrets";

const secret = (content: object) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ...content,
});
const state = (content: object) => ({
  deployment: {
    resources: [
      {
        urn: "urn:pulumi:dev::webstack::x::a",
        outputs: { result: secret(content), open: "visible" },
      },
      { urn: "urn:pulumi:dev::webstack::x::b", inputs: { list: [{ "/a/b": secret(content) }] } },
    ],
  },
});

describe("the secrets of a stack", () => {
  it("are those that the state marks, by resource and property", () => {
    expect(secretsOfState(state({ plaintext: '"password-of-a"' }))).toEqual([
      { origin: "urn:pulumi:dev::webstack::x::a outputs.result", value: "password-of-a" },
      { origin: 'urn:pulumi:dev::webstack::x::b inputs.list.0["/a/b"]', value: "password-of-a" },
    ]);
  });

  it("are not the keys that user data brings for the first contact", () => {
    const connection = { privateKey: secret({ plaintext: '"the-deploy-key"' }) };
    const once = { firstContactKey: secret({ plaintext: '"first-contact"' }) };
    const userData = secret({ plaintext: '"#cloud-config"' });
    const inputs = { connection: { ...connection, ...once }, userData };
    const resources = [{ urn: "urn:x", inputs }];
    expect(secretsOfState({ deployment: { resources } })).toEqual([
      { origin: "urn:x inputs.connection.privateKey", value: "the-deploy-key" },
    ]);
  });

  it("are not in a state that is closed", () => {
    expect(secretsOfState(state({ ciphertext: "v1:abc" }))).toEqual([]);
  });

  it("are opened where a secret value holds others, and their marks are none", () => {
    const inner = secret({ plaintext: '"password-of-a"' });
    const found = secretsOfState(state({ plaintext: JSON.stringify({ "/etc/a": inner }) }));
    expect(found[0]).toEqual({
      origin: 'urn:pulumi:dev::webstack::x::a outputs.result["/etc/a"]',
      value: "password-of-a",
    });
    expect(found.map(({ value }) => value)).toEqual(["password-of-a", "password-of-a"]);
  });

  it("are not quoted if they cannot be read", () => {
    expect(() => secretsOfState(state({ plaintext: "password-of-a" }))).toThrow(
      /^urn:\S+ outputs.result must be JSON, got something else; it is not shown$/,
    );
  });

  it("are those that the stack file holds encrypted, also within a value", () => {
    const file = {
      config: {
        "hcloud:token": { secure: "v1:x" },
        "webstack:backups": { target: { bucket: "b", secretAccessKey: { secure: "v1:y" } } },
      },
    };
    const values = {
      "hcloud:token": "token-token",
      "webstack:backups": '{"target":{"bucket":"b","secretAccessKey":"key-key-key"}}',
    };
    expect(secretsOfSettings(file, values, "Pulumi.dev.yaml")).toEqual([
      { origin: "Pulumi.dev.yaml hcloud:token", value: "token-token" },
      {
        origin: "Pulumi.dev.yaml webstack:backups.target.secretAccessKey",
        value: "key-key-key",
      },
    ]);
  });

  it("are searched once each; short and public ones are told, not searched", () => {
    const open = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    const all = searched([
      { origin: "a", value: "abcdefghijklmnop" },
      { origin: "b", value: "abcdefghijklmnop\n" },
      { origin: "c", value: "short" },
      { origin: "d", value: open },
    ]);
    expect(all).toMatchObject({
      secrets: [{ origin: "a", bytes: 16 }],
      short: ["c"],
      open: 1,
    });
  });
});

describe("the report", () => {
  const value = "abcdefghijklmnop";
  const all = searched([{ origin: "urn:a outputs.result", value }]);
  const found = {
    secret: 0,
    place: "file" as const,
    where: "/tmp/x",
    forms: ["plain"],
    why: "0644",
  };

  it("names the secret and the place, and never the secret", () => {
    const own = [{ origin: "/etc/ssh/key", bytes: 40 }];
    const result = { ...emptyResult(), own, found: [found, { ...found, secret: 1 }] };
    const lines = reportLines(all, [{ name: "db-1", result }]);
    expect(lines[0]).toBe(
      "FOUND    db-1  file /tmp/x: urn:a outputs.result (16 bytes, plain); 0644",
    );
    expect(lines[1]).toContain("db-1:/etc/ssh/key (40 bytes, plain)");
    expect(lines.join("\n")).not.toContain(value);
  });

  it("is bad if something is found, or a place was not searched", () => {
    expect(isBad([{ name: "a", result: emptyResult() }])).toBe(false);
    expect(isBad([{ name: "a", result: { ...emptyResult(), allowed: [found] } }])).toBe(false);
    expect(isBad([{ name: "a", result: { ...emptyResult(), found: [found] } }])).toBe(true);
    expect(isBad([{ name: "a", result: { ...emptyResult(), missed: ["journal"] } }])).toBe(true);
    expect(isBad([{ name: "a", problem: "no answer" }])).toBe(true);
  });
});
