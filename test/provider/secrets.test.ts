import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { convergeInput, type State } from "../../provider/inputs";
import { readBack } from "../../provider/read-back";
import { redactor } from "../../provider/redact";
import type { HostReading } from "../../provider/remote";
import { decode, encode, hasUnknown } from "../../provider/values";
import { goodInputs, privateKey, unknown } from "./inputs";

const signature = "4dabf18193072939515e22adb298388d";
const mark = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });

describe("values of the protocol", () => {
  it("lose the marks of secrets and absent members on the way in", () => {
    const wrapped = { a: mark({ b: mark("c"), d: null }), list: [mark(1), null] };
    expect(decode(wrapped)).toEqual({ a: { b: "c" }, list: [1, undefined] });
  });

  it("have private key and secret files marked on the way out, asked or not", () => {
    const out = encode(goodInputs());
    expect((out.connection as { privateKey: unknown }).privateKey).toEqual(mark(privateKey));
    expect(Object.values(out.secrets as object)).toEqual([
      mark(goodInputs().secrets["/etc/secret.env"]),
    ]);
    expect(out.files).toEqual(goodInputs().files);
  });

  it("are unknown at any depth", () => {
    expect(hasUnknown({ a: [{ b: unknown }] })).toBe(true);
    expect(hasUnknown({ a: [{ b: "known" }] })).toBe(false);
  });
});

describe("a redactor", () => {
  const redact = redactor({
    "/etc/app.env": 'DATABASE_URL="mysql://app:s%20cret99@127.0.0.1/app"\nMODE="on"\n',
    "/etc/passwords.json": '{"admin":{"password":"correct horse"}}',
    "/etc/key.pem": "-----BEGIN KEY-----\nMIIBxyzABCDEF\n-----END KEY-----\n",
  });

  it.each([
    "mysql://app:s%20cret99@127.0.0.1/app",
    "Access denied with s%20cret99",
    "Access denied with s cret99",
    "password correct horse",
    "line MIIBxyzABCDEF",
  ])("blanks %s", (text) => {
    expect(redact(text)).toContain("[secret]");
    expect(redact(text)).not.toMatch(/cret99|horse|MIIB/);
  });

  it("leaves short words alone", () => expect(redact("MODE is on")).toBe("MODE is on"));
});

describe("what is read back from a host", () => {
  const state = { ...goodInputs(), hostKey: "ssh-ed25519 AAAA" } as unknown as State;
  const [[secretPath, secret]] = Object.entries(state.secrets) as [[string, string]];
  const reading: HostReading = {
    files: { ...state.files },
    attributes: { ...state.attributes },
    secrets: { [secretPath]: createHash("sha256").update(secret).digest("hex") },
    services: { "nginx.service": "active" },
    release: null,
    pending: false,
  };
  const conf = "/etc/nginx/nginx.conf";

  it("is the state itself while nobody touched it", () => {
    expect(readBack(state, reading)).toEqual(state);
  });

  it("shows an edited file as it is there, and leaves out one that is gone", () => {
    const edited = readBack(state, { ...reading, files: { [conf]: "edited\n" } });
    expect(edited.files).toEqual({ [conf]: "edited\n" });
    expect(readBack(state, { ...reading, files: { [conf]: null } }).files).toEqual({});
  });

  it("says of a changed secret only that it changed", () => {
    const changed = readBack(state, { ...reading, secrets: { [secretPath]: "0".repeat(64) } });
    expect(changed.secrets).toEqual({ [secretPath]: "changed on the host" });
    expect(readBack(state, { ...reading, secrets: { [secretPath]: null } }).secrets).toEqual({});
  });

  it("differs where a service is down or a run was interrupted", () => {
    const down = readBack(state, { ...reading, services: { "nginx.service": "failed" } });
    expect(down.services).toEqual([{ ...state.services[0], onHost: "failed" }]);
    expect(readBack(state, { ...reading, pending: true }).services).not.toEqual(state.services);
  });
});

describe("what converge is given", () => {
  it("has contents and attributes together, and secrets beside the bundle", () => {
    const inputs = goodInputs({
      release: { digest: "d", root: "/srv/app", keep: 3, archive: "/a" },
    });
    const { bundle, secrets } = JSON.parse(convergeInput(inputs as never)) as {
      bundle: { files: object; secretFiles: object; release: object };
      secrets: object;
    };
    expect(bundle.files).toEqual({
      "/etc/nginx/nginx.conf": {
        content: "events {}\n",
        owner: "root",
        group: "root",
        mode: "0644",
      },
    });
    expect(bundle.secretFiles).toEqual({
      "/etc/secret.env": { owner: "root", group: "root", mode: "0600" },
    });
    expect(bundle.release).toEqual({ digest: "d", root: "/srv/app", keep: 3 });
    expect(secrets).toEqual(inputs.secrets);
    expect(JSON.stringify(bundle)).not.toContain("correct horse");
  });
});
