import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { clearSettings, editedSettings, unknownSettings } from "../../../scripts/preview/settings";
import { comparison } from "../../../scripts/preview/without-token";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "edited-settings-"));
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...words], { cwd: folder });
  git("init", "-q");
  writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  webstack:web: { count: 2 }\n");
  git("add", ".");
  git("commit", "-qm", "first");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("compares with the file of a revision", () => {
  const text = "config:\n  webstack:web: { count: 3 }\n";
  expect(editedSettings("me/webstack/dev", "HEAD", text, folder)).toEqual([
    { key: "webstack:web.count", from: "2", to: "3" },
  ]);
});

it("shows no value of a secret setting, also where it is stored in clear", () => {
  const text = [
    "config:",
    "  hcloud:token: CLASSIFIED",
    "  webstack:web: { count: 2 }",
    "  webstack:app:",
    "    count: 3",
    "    secretEnv: { SMTP_PASSWORD: { secure: v1:a }, STRIPE_KEY: CLASSIFIED }",
    "  webstack:loadBalancers:",
    "    api: { token: CLASSIFIED, endpoint: https://example.com }",
    "    tls: [{ privateKey: CLASSIFIED }]",
    `  webstack:backups: '{"target":{"secretAccessKey":"CLASSIFIED"}}'`,
  ].join("\n");
  const changes = editedSettings("dev", "HEAD", text, folder)!;
  expect(JSON.stringify(changes)).not.toContain("CLASSIFIED");
  expect(changes.map(({ key, to }) => `${key} ${to}`)).toEqual([
    "hcloud:token [secret]",
    "webstack:app.count 3",
    "webstack:app.secretEnv.SMTP_PASSWORD [secret]",
    "webstack:app.secretEnv.STRIPE_KEY [secret]",
    "webstack:loadBalancers.api.token [secret]",
    "webstack:loadBalancers.api.endpoint https://example.com",
    "webstack:loadBalancers.tls [secret]",
    "webstack:backups [secret]",
  ]);
});

it("says that it knows no edits, if a named base is no revision or has no such file", () => {
  const warned = (stack: string, base: string) =>
    unknownSettings(stack, base, editedSettings(stack, base, "config: {}\n", folder));
  expect(warned("dev", "orign/main")).toEqual([
    "edited settings are not known: orign/main has no Pulumi.dev.yaml, or is no revision here; " +
      "fetch it with its history, or name another --base",
  ]);
  expect(warned("prod", "HEAD~0")).toHaveLength(1);
  expect(warned("dev", "HEAD~0")).toEqual([]);
  // A new stack file is compared with nothing.
  expect(warned("prod", "HEAD")).toEqual([]);
});

it("shows no secret behind a merge key", () => {
  const text = "config:\n  webstack:app: { <<: { secretEnv: { KEY: CLASSIFIED } } }\n";
  expect(editedSettings("dev", "HEAD", text, folder)).toContainEqual({
    key: "webstack:app.secretEnv.KEY",
    from: "nothing",
    to: "[secret]",
  });
});

it("shows no secret of a group that another value replaces", () => {
  const before = "config:\n  webstack:app: { secretEnv: { KEY: CLASSIFIED }, count: 2 }\n";
  writeFileSync(join(folder, "Pulumi.dev.yaml"), before);
  const git = ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qam", "second"];
  execFileSync("git", git, { cwd: folder });
  expect(editedSettings("dev", "HEAD", "config:\n  webstack:app: none\n", folder)).toEqual([
    { key: "webstack:app", from: '{"secretEnv":{"KEY":[secret]},"count":2}', to: "[secret]" },
  ]);
});

it("knows nothing of a revision or a file that is not there", () => {
  expect(editedSettings("dev", "no-such", "config: {}\n", folder)).toBeUndefined();
  expect(editedSettings("prod", "HEAD", "config: {}\n", folder)).toBeUndefined();
  expect(editedSettings("dev", "--output=x", "config: {}\n", folder)).toBeUndefined();
});

it("leaves a text that is no YAML to the engine", () => {
  expect(editedSettings("dev", "HEAD", "config: [", folder)).toHaveLength(1);
});

it("puts a stand-in of the right form in the place of each encrypted setting", () => {
  const { config, secrets } = clearSettings(
    [
      "encryptionsalt: v1:x",
      "config:",
      "  hcloud:token: { secure: v1:a }",
      "  hcloud:endpoint: https://example.com",
      "  webstack:web: { count: 3 }",
      "  webstack:loadBalancers: { api: { token: { secure: v1:b } }, tls: { certificate: C, privateKey: { secure: v1:c } } }",
    ].join("\n"),
  );
  const [token, privateKey] = Object.values(secrets);
  expect(Object.keys(secrets)).toEqual([
    "webstack:loadBalancers.api.token",
    "webstack:loadBalancers.tls.privateKey",
  ]);
  expect(token).toMatch(/^[A-Za-z0-9]{64}$/);
  expect(privateKey).toContain("-----BEGIN PRIVATE KEY-----\n");
  expect(config).toEqual({
    "webstack:web": { count: 3 },
    "webstack:loadBalancers": { api: { token }, tls: { certificate: "C", privateKey } },
  });
});

it("takes an empty file", () => {
  expect(clearSettings("")).toEqual({ config: {}, secrets: {} });
});

it("says first that two states are compared, and whether the base has the stack", () => {
  const commit = "0123456789abcdef";
  expect(comparison(commit, false)).toMatch(
    /^Two states of the repository are compared, 0123456789ab of the repository and the files here, not the running stack: /,
  );
  expect(comparison(commit, true)).toContain(
    "0123456789ab of the repository, which has no such stack, and",
  );
});
