import * as pulumi from "@pulumi/pulumi";
import { expect, it, vi } from "vitest";
import { program } from "../program";
import { record } from "./support/record";
import { stackConfig } from "./support/stack-config";

it("the program warns of the variable in clear text that looks like a secret, and of no other", async () => {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const app = { env: { LOG_LEVEL: "info", SMTP_PASSWORD: "hunter2" } };
  const config = { ...stackConfig("local"), "webstack:app": JSON.stringify(app) };
  await record(() => void program(), { stack: "local", config });
  const warnings = warn.mock.calls.map(([message]) => message);
  expect(warnings.filter((one) => one.includes("app.env"))).toEqual([
    expect.stringMatching(/^webstack:app\.env\.SMTP_PASSWORD looks like a secret/),
  ]);
  expect(warnings.join()).not.toContain("hunter2");
});
