import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { convergeInput, type State } from "../../provider/inputs";
import { readBack } from "../../provider/read-back";
import { type Application, applyConfiguration, redactor } from "../../provider/apply";
import type { HostReading } from "../../provider/remote";
import type { RunOptions, Session } from "../../provider/session";
import { goodInputs } from "./inputs";

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

  it("leaves addresses alone, whose value alone is no secret", () => {
    const env = redactor({ "/etc/app.env": 'DB_HOST="127.0.0.1"\nDB_PASSWORD="s3cret-word"\n' });
    const text = "connect ECONNREFUSED 127.0.0.1:3101";
    expect(env(text)).toBe(text);
    expect(env("with s3cret-word")).toBe("with [secret]");
  });

  it("leaves short words alone", () => expect(redact("MODE is on")).toBe("MODE is on"));
});

it("is applied to a warning of converge, which the engine shows at the end", async () => {
  const inputs = goodInputs();
  const lines = ["restart app", "app said correct horse battery"];
  const run = async (_: string, { onLine }: RunOptions) => {
    lines.forEach((detail, i) => onLine?.(JSON.stringify({ step: i ? "warning" : "x", detail })));
    return { status: 0, stdout: '{"ok":true,"changed":[]}\n', stderr: "" };
  };
  const log = { status: vi.fn(), info: vi.fn(), warn: vi.fn() };
  const proof = { id: "one", of: async () => undefined };
  await applyConfiguration({ run } as Session, inputs, { log, proof } as unknown as Application);
  expect(log.status.mock.calls).toEqual([["x restart app"]]);
  expect(log.warn.mock.calls).toEqual([["app said [secret]"]]);
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
    const attributes = `${state.attributes[secretPath]}, changed on the host`;
    expect(changed.attributes).toEqual({ ...state.attributes, [secretPath]: attributes });
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
