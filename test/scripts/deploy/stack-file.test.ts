import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  appIn,
  naming,
  readStackFile,
  stackFileName,
  writeStackFile,
} from "../../../scripts/deploy/stack-file";

const digest = "a".repeat(64);
const url = "https://example.com/app.tar.gz";
const text = `# Ours.
encryptionsalt: v1:abc
config:
  webstack:app:
    count: 2 # two of them
    path: ./shop/dist
    secretEnv:
      SMTP_PASSWORD:
        secure: v1:0123
  webstack:locations:
    - nbg1
  webstack:protect: "true"
`;
/** Lines that are in one text and not in the other. */
function changed(before: string, after: string): string[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line.trim()}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line.trim()}`),
  ];
}

describe("a stack file that names another release", () => {
  it("has the directory, and everything else as it was", () => {
    expect(changed(text, naming(text, { path: "../other" }))).toEqual([
      "- path: ./shop/dist",
      "+ path: ../other",
    ]);
  });

  it("has address and sum in place of the directory", () => {
    expect(changed(text, naming(text, { url, sha256: digest }))).toEqual([
      "- path: ./shop/dist",
      `+ url: ${url}`,
      `+ sha256: ${digest}`,
    ]);
  });

  it("has a directory in place of address and sum", () => {
    const fetched = naming(text, { url, sha256: digest });
    expect(appIn(naming(fetched, { path: "./shop/dist" }))).toEqual(appIn(text));
  });

  it("has a pin beside what it named, and loses it with the next release", () => {
    const pinned = naming(text, { pin: digest, command: "node main.js" });
    expect(changed(text, pinned)).toEqual([
      `+ release: ${digest}`,
      "+ releaseCommand: node main.js",
    ]);
    expect(naming(pinned, "unpinned")).toBe(text);
    expect(appIn(naming(pinned, { path: "./new" }))).toEqual({ ...appIn(text), path: "./new" });
  });

  it("has the runtime of a pin, an empty one too", () => {
    const pinned = naming(text, { pin: digest, runtime: { node: "24.21.0" } });
    expect(appIn(pinned)).toMatchObject({ releaseRuntime: { node: "24.21.0" } });
    expect(naming(pinned, "unpinned")).toBe(text);
    expect(appIn(naming(text, { pin: digest, runtime: {} }))).toMatchObject({ releaseRuntime: {} });
  });

  it("has the command of the last pin alone", () => {
    const first = naming(text, { pin: digest, command: "node main.js" });
    const second = naming(first, { pin: "b".repeat(64) });
    expect(appIn(second)).toEqual({ ...appIn(text), release: "b".repeat(64) });
  });

  it("is the same, byte for byte, without a pin to remove", () => {
    const odd = "config:\n   webstack:app:   {count: 2}\n";
    expect(naming(odd, "unpinned")).toBe(odd);
  });

  it.each(["config: {}\n", "config:\n  webstack:app:\n"])(
    "gets settings of the app: %j",
    (bare) => {
      expect(appIn(naming(bare, { path: "./shop" }))).toEqual({ path: "./shop" });
    },
  );

  it("is refused with a build of a release that is fetched", () => {
    const built = text.replace("count: 2 # two of them", "build: make");
    expect(() => naming(built, { url, sha256: digest })).toThrow(
      'webstack:app.build must be absent when the hosts fetch the release, got "make"',
    );
    expect(naming(built, { path: "./other" })).toContain("build: make");
  });

  it("is refused if it is no YAML, or has no map for the app", () => {
    expect(() => naming("a: [", { path: "." })).toThrow("the stack file must be YAML");
    expect(() => naming('config:\n  webstack:app: "{}"\n', { path: "." })).toThrow(
      'webstack:app must be a map of settings, got "{}"',
    );
  });

  it.each(["dev", "local"])("keeps the form of Pulumi.%s.yaml", (stack) => {
    const own = readFileSync(join(__dirname, "..", "..", "..", `Pulumi.${stack}.yaml`), "utf8");
    expect(naming(naming(own, { pin: digest, command: "node a" }), "unpinned")).toBe(own);
  });
});

describe("the file of a stack", () => {
  let folder = "";
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "stack-file-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is that of the last part of the name", () => {
    expect(stackFileName("dev")).toBe("Pulumi.dev.yaml");
    expect(stackFileName("acme/webstack/prod")).toBe("Pulumi.prod.yaml");
  });

  it("is read, and written in one step", () => {
    writeFileSync(join(folder, "Pulumi.dev.yaml"), text);
    const { path, text: found } = readStackFile("dev", folder);
    expect(found).toBe(text);
    writeStackFile(path, "config: {}\n");
    expect(readFileSync(path, "utf8")).toBe("config: {}\n");
    expect(readdirSync(folder)).toEqual(["Pulumi.dev.yaml"]);
  });

  it("must be there", () => {
    expect(() => readStackFile("prod", folder)).toThrow("must hold the settings of prod: ENOENT");
  });
});
