import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { commandOf } from "../../release/packed-app";

const app = mkdtempSync(join(tmpdir(), "package-manager-"));
afterAll(() => rmSync(app, { recursive: true }));

it("refuses a start script that runs a package manager, unless the release has it", () => {
  writeFileSync(join(app, "package.json"), '{"scripts":{"start":"npm run serve"}}');
  expect(() => commandOf(app)).toThrow(
    "webstack:app.command must be set when the start script of package.json runs a package manager, " +
      `got "npm run serve" in ${app}: no host has npm; name the program that it would start`,
  );
  mkdirSync(join(app, "node_modules", ".bin"), { recursive: true });
  writeFileSync(join(app, "node_modules", ".bin", "npm"), "");
  expect(commandOf(app)).toEqual(["npm", "run", "serve"]);
});
