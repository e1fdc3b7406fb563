import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { useStackFile } from "../support/stack-file";

const project = useStackFile();
afterEach(() => rmSync(join(project.root, "Pulumi.test.yaml"), { force: true }));

/** A stack file with these lines of `app.env`, and what the engine reads there. */
function file(lines: string[], env: object): Record<string, unknown> {
  const text = ["config:", "  webstack:app:", "    env:", ...lines.map((line) => `      ${line}`)];
  writeFileSync(join(project.root, "Pulumi.test.yaml"), `${text.join("\n")}\n`);
  return { "webstack:app": { env } };
}

describe("a variable without quotes", () => {
  it("is the text that the file shows, as the engine's own command writes it", () => {
    const lines = ["LIMIT: 8080", "DEBUG: true", "OFFSET: -1", 'MODE: "0644"'];
    const settings = file(lines, { LIMIT: 8080, DEBUG: true, OFFSET: -1, MODE: "0644" });
    const { env } = project.read(settings).app;
    expect(env).toEqual({ LIMIT: "8080", DEBUG: "true", OFFSET: "-1", MODE: "0644" });
  });

  it.each([
    ["0644", 420],
    ["1_000", 1000],
    ["0x10", 16],
    ["True", true],
  ])("is refused as %s, which the engine reads as another text", (source, value) => {
    expect(project.problems(file([`LIMIT: ${source}`], { LIMIT: value }))).toEqual([
      `webstack:app.env.LIMIT must be a text, got ${value} for ${source} without quotes; put it in quotes: "${source}"`,
    ]);
  });
});

describe("a package manager", () => {
  it("may be a program of the release, or a package of the distribution", () => {
    const bin = join(project.root, "shop", "node_modules", ".bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "pnpm"), "");
    const app = { path: "./shop", command: "pnpm start", migrate: "npm run migrate" };
    expect(() => project.read({ "webstack:app": { ...app, packages: ["npm"] } })).not.toThrow();
    const { length } = project.problems({ "webstack:app": app });
    expect(length).toBe(1);
  });

  it("is not known of a release that the hosts fetch", () => {
    const fetched = { url: "https://example.com/a.tar.gz", sha256: "0".repeat(64) };
    const app = { ...fetched, command: "npm start" };
    expect(() => project.read({ "webstack:app": app })).not.toThrow();
  });
});
