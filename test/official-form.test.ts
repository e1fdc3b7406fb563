import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { fakeToken, ownAddress } from "./support/stack-config";

const root = join(__dirname, "..");

/** `Pulumi.dev.yaml` as the engine hands it to a program: texts by full key. */
function devConfig(): Record<string, string> {
  const file = parse(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const texts = Object.entries(file.config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const own = { "hcloud:token": fakeToken, "webstack:adminCidr": ownAddress };
  return { ...(Object.fromEntries(texts) as Record<string, string>), ...own };
}

it("index.ts runs as the official Node language host runs it", () => {
  const host = join(root, "test", "support", "official-host.cjs");
  const answer = execFileSync(process.execPath, [host], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: "", STACK_CONFIG: JSON.stringify(devConfig()) },
    encoding: "utf8",
  });
  const { outputs, types } = JSON.parse(answer.trim().split("\n").at(-1)!) as {
    outputs: string[];
    types: string[];
  };
  expect(outputs).toEqual(expect.arrayContaining(["url", "floatingIp", "nodes", "ssh"]));
  expect(types.filter((type) => type === "hcloud:index/server:Server").length).toBeGreaterThan(6);
  expect(types.filter((type) => type === "host:index:Configuration").length).toBeGreaterThan(6);
}, 120_000);
