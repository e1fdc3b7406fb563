import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { isRedactedSetting } from "../../config/clear-text";
import { useStackFile } from "../support/stack-file";

const project = useStackFile();

/** A stack file with these lines below `config:`. The engine decrypts its settings into `values`. */
function problemsOf(lines: string[], values: object, encrypted: string[]): string[] {
  const text = ["config:", ...lines.map((line) => `  ${line}`)].join("\n");
  writeFileSync(join(project.root, "Pulumi.test.yaml"), `${text}\n`);
  return project.problems({ ...values }, encrypted);
}

const key = "-----BEGIN PRIVATE KEY-----\nQ0xBU1NJRklFRA==\n-----END PRIVATE KEY-----\n";
const app = { secretEnv: { SMTP_PASSWORD: "CLASSIFIED", STRIPE_KEY: "CLASSIFIED" } };

function storedInClear(name: string, length: number): string {
  return (
    `${name} must be stored encrypted, got a text of ${length} characters in clear; ` +
    `store it with: pulumi config set --secret --path '${name}'`
  );
}

describe("a secret in clear text", () => {
  afterEach(() => rmSync(join(project.root, "Pulumi.test.yaml"), { force: true }));

  it("is refused beside an encrypted one in the same map", () => {
    const lines = [
      "webstack:app:",
      "  secretEnv:",
      "    SMTP_PASSWORD: { secure: v1:abc }",
      "    STRIPE_KEY: CLASSIFIED",
    ];
    expect(problemsOf(lines, { "webstack:app": app }, ["webstack:app"])).toEqual([
      storedInClear("webstack:app.secretEnv.STRIPE_KEY", 10),
    ]);
  });

  it("is refused beside an encrypted one of the same group", () => {
    const token = "T".repeat(64);
    const lines = [
      "webstack:loadBalancers:",
      `  api: { token: ${token} }`,
      "  tls: { certificate: x, privateKey: { secure: v1:abc } }",
    ];
    const certificate = "-----BEGIN CERTIFICATE-----\nQQ==\n-----END CERTIFICATE-----\n";
    const loadBalancers = { api: { token }, tls: { certificate, privateKey: key } };
    expect(
      problemsOf(lines, { "webstack:loadBalancers": loadBalancers }, ["webstack:loadBalancers"]),
    ).toContain(storedInClear("webstack:loadBalancers.api.token", 64));
  });

  it.each([
    ["a text of JSON", [`webstack:app: '{"secretEnv":{"A":"CLASSIFIED"}}'`]],
    ["a long key", ["webstack:config:app: { secretEnv: { A: CLASSIFIED } }"]],
    ["a merge key", ["webstack:app: { <<: { secretEnv: { A: CLASSIFIED } } }"]],
  ])("is found behind %s", (_, lines) => {
    expect(problemsOf(lines, { "webstack:app": { secretEnv: { A: "CLASSIFIED" } } }, [])).toEqual([
      storedInClear("webstack:app.secretEnv.A", 10),
    ]);
  });

  it("is refused as the token of the program itself", () => {
    expect(problemsOf([`hcloud:token: ${"T".repeat(64)}`], {}, [])).toEqual([
      "hcloud:token must be stored encrypted, got a text of 64 characters in clear; " +
        "store it with: pulumi config set --secret hcloud:token",
    ]);
  });

  it.each([
    ["each member", "webstack:app: { secretEnv: { SMTP_PASSWORD: { secure: a } } }"],
    ["the map", "webstack:app: { secretEnv: { secure: a } }"],
    ["the whole group", "webstack:app: { secure: a }"],
    ["nothing, since the file has no such setting", "webstack:protect: true"],
  ])("is none where the file encrypts %s", (_, line) => {
    const lines = [line, "hcloud:token: { secure: b }"];
    expect(() => problemsOf(lines, { "webstack:app": app }, ["webstack:app"])).toThrow(
      "the settings were accepted",
    );
  });
});

describe("a setting that no output may show", () => {
  it.each([
    ["hcloud:token", "x"],
    ["webstack:app.secretEnv", "x"],
    ["webstack:app.secretEnv.KEY", "x"],
    ["webstack:config:app.secretEnv.KEY.part", "x"],
    ["webstack:app", "x"],
    ["webstack:backups.target.accessKeyId", "x"],
  ])("is %s = %j", (name, value) => {
    expect(isRedactedSetting(name.split("."), value)).toBe(true);
  });

  it.each([
    ["webstack:app", {}],
    ["webstack:app.env.KEY", "x"],
    ["webstack:web", "x"],
    ["other:app.secretEnv", "x"],
  ])("is not %s = %j", (name, value) => {
    expect(isRedactedSetting(name.split("."), value)).toBe(false);
  });
});
