import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { repositoryRoot } from "../../../scripts/local/paths";

const run = promisify(execFile);

it("npm run doctor -- --stack dev refuses the missing address of Pulumi.dev.yaml with status 1", async () => {
  const words = ["--import", require.resolve("tsx"), join(repositoryRoot, "scripts", "doctor.ts")];
  // Nobody listens on the port: nothing but this machine is asked.
  const env = {
    ...process.env,
    HCLOUD_TOKEN: "T".repeat(64),
    HCLOUD_ENDPOINT: "http://127.0.0.1:9/v1",
  };
  const options = { cwd: repositoryRoot, env };
  const failed = await run(process.execPath, [...words, "--stack", "dev"], options).then(
    () => undefined,
    (error: { code: number; stdout: string }) => error,
  );
  expect(failed?.code).toBe(1);
  expect(failed?.stdout).toContain(
    "webstack:adminCidr must be set where admin.cidrs is not, got nothing",
  );
  expect(failed?.stdout).toContain("the API does not answer: ");
  expect(failed?.stdout).toMatch(/\d failures, 0 warnings: an up would fail\n$/);
  expect(failed?.stdout).not.toContain("TTTT");
}, 60_000);
