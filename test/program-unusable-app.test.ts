import * as pulumi from "@pulumi/pulumi";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { program } from "../program";
import { record } from "./support/record";
import { stackConfig } from "./support/stack-config";

async function errorOf(app: object): Promise<Error> {
  const config = { ...stackConfig("local"), "webstack:app": JSON.stringify(app) };
  return record(() => void program(), { stack: "local", config }).then(
    () => Promise.reject(new Error("the program accepted the app")),
    (error: Error) => error,
  );
}

it("the program refuses an app without a command by a message alone, without a stack trace", async () => {
  const path = mkdtempSync(join(tmpdir(), "app-without-command-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const error = await errorOf({ path });
  expect(error.message).toMatch(/^webstack:app\.command must be set, got nothing, and /);
  expect(pulumi.RunError.isInstance(error)).toBe(true);
});
