import { recipientExample } from "../../../config/age-keys";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { settingsIn } from "../../../scripts/doctor/settings";
import { stackPart } from "../../../scripts/doctor/stack";

const today = new Date("2026-11-28T00:00:00Z");
const token = "T".repeat(64);

async function part(...lines: string[]) {
  await pulumi.runtime.setMocks({ newResource: () => ({ id: "1", state: {} }), call: () => ({}) });
  const text = ["config:", ...lines.map((line) => `  ${line}`)].join("\n");
  return stackPart("Pulumi.x.yaml", settingsIn(text, "Pulumi.x.yaml"), today);
}

const cidrs = "webstack:admin: { cidrs: [5.75.1.0/24] }";
const release = `webstack:app: { url: "https://example.com/a.tar.gz", sha256: ${"a".repeat(64)} }`;

describe("what a stack's settings say to the doctor", () => {
  it("is what the program reads, with the token of the variable if there is none", async () => {
    vi.stubEnv("HCLOUD_TOKEN", token);
    const { stackFile, tokens, bucket } = await part(cidrs, release);
    expect(stackFile.problems).toEqual([]);
    expect(stackFile.settings?.admin.cidrs).toEqual(["5.75.1.0/24"]);
    expect(tokens.map(({ setting }) => setting)).toEqual(["hcloud:token"]);
    expect(bucket).toBe("none");
    vi.unstubAllEnvs();
  });

  it("is where the backups are and where their copy is", async () => {
    vi.stubEnv("HCLOUD_TOKEN", token);
    const secretAccessKey = "0123456789abcdef";
    const bucket = (name: string) =>
      `{ endpoint: "https://${name}.example.com", bucket: ${name}, region: x, accessKeyId: ${name}-key, secretAccessKey: ${secretAccessKey} }`;
    const backups = (copy: string) =>
      `webstack:backups: { target: ${bucket("first")}, ${copy} publicKey: ${recipientExample} }`;
    const both = await part(cidrs, release, backups(`copy: ${bucket("second")},`));
    // In clear text both are refused, and so neither is asked.
    expect(both.stackFile.problems.map((text) => text.split(" ")[0])).toEqual([
      ...["webstack:backups.target.secretAccessKey", "webstack:backups.copy.secretAccessKey"],
    ]);
    expect([both.bucket, both.copy]).toEqual(["none", "none"]);
    vi.unstubAllEnvs();
  });

  it("is nothing of a secret that could not be opened", async () => {
    const { stackFile, tokens } = await part(cidrs, release, "hcloud:token: { secure: v1:abc }");
    expect(stackFile).toMatchObject({ problems: [], hidden: ["hcloud:token"] });
    expect(stackFile.settings).toBeDefined();
    expect(tokens).toEqual([]);
  });

  it("is each secret in clear text, also one whose name begins with that of an encrypted one", async () => {
    vi.stubEnv("HCLOUD_TOKEN", token);
    const directory = mkdtempSync(join(tmpdir(), "doctor-"));
    const secretEnv = "secretEnv: { KEY: { secure: v1:a }, KEY_2: CLASSIFIED }";
    const text = `config:\n  ${cidrs}\n  ${release.replace(" }", `, ${secretEnv} }`)}\n`;
    writeFileSync(join(directory, "Pulumi.x.yaml"), text);
    const found = settingsIn(text, "Pulumi.x.yaml");
    const { stackFile } = stackPart("Pulumi.x.yaml", found, today, directory);
    expect(stackFile.problems).toEqual([
      "webstack:app.secretEnv.KEY_2 must be stored encrypted, got a text of 10 characters in clear; " +
        "store it with: pulumi config set --secret --path 'webstack:app.secretEnv.KEY_2'",
    ]);
    rmSync(directory, { recursive: true });
    vi.unstubAllEnvs();
  });

  it("is every problem, once, and the blocks that are right all the same", async () => {
    vi.stubEnv("HCLOUD_TOKEN", undefined);
    const { stackFile } = await part("webstack:admin: { cidrs: [5.75.1.0/24, x] }", release);
    expect(stackFile.settings).toBeUndefined();
    expect(stackFile.cidrs).toEqual(["5.75.1.0/24"]);
    expect(stackFile.problems.map((text) => text.split(" ")[0])).toEqual([
      ...["webstack:admin.cidrs", "hcloud:token"],
    ]);
    vi.unstubAllEnvs();
  });
});
