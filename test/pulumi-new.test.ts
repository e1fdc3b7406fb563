import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { settingsSchema } from "../config/schema";
import { spelledOut } from "../config/short-settings";
import { documentedSettings } from "../config/setting";
import { ensureEngine } from "../offline/engine";
import { MemoryCloud } from "../scripts/hostless/memory-cloud";
import { root } from "./support/pages";

const cloud = new MemoryCloud();
const folder = mkdtempSync(join(tmpdir(), "pulumi-new-"));
const template = join(folder, "template");
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  await cloud.start();
  const isMade = /[/\\](node_modules|dist|coverage|\.webstack|\.git)$/;
  cpSync(root, template, { recursive: true, filter: (path) => !isMade.test(path) });
  const { cliRoot, pulumiHome } = await ensureEngine({ progress: () => undefined });
  const bin = join(folder, "bin");
  for (const path of [bin, join(folder, "state")]) mkdirSync(path);
  const host = join(bin, "pulumi-language-nodejs");
  const program = join(root, "test", "support", "language-host.cjs");
  writeFileSync(host, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(host, 0o755);
  cpSync(join(pulumiHome, "plugins"), join(folder, "home", "plugins"), { recursive: true });
  env = {
    ...{ PATH: [join(cliRoot ?? "", "bin"), bin, process.env.PATH].join(delimiter) },
    ...{ HOME: folder, WEBSTACK_CHECKOUT: root, HCLOUD_ENDPOINT: cloud.access.endpoint },
    ...{ PULUMI_HOME: join(folder, "home"), PULUMI_CONFIG_PASSPHRASE: "trial" },
    ...{ PULUMI_BACKEND_URL: `file://${join(folder, "state")}` },
    ...{ PULUMI_SKIP_UPDATE_CHECK: "true" },
    ...{ PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" },
  };
}, 900_000);
afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true });
});

/** Runs a command, with lines for its questions. @throws Error with all that it said if it fails. */
function run(cwd: string, [command, ...words]: string[], more: object = {}): string {
  const options = { cwd, env, encoding: "utf8", timeout: 300_000, ...more } as const;
  const { status, stdout, stderr } = spawnSync(command!, words, options);
  if (status !== 0) throw new Error(`status ${status}: ${stdout}\n${stderr}`);
  return stdout;
}

/** Makes a project as the user does who gives these answers, in the order of the questions. */
function made(name: string, answers: string[]): { directory: string; said: string } {
  const directory = join(folder, name);
  mkdirSync(directory);
  // Without this variable the engine asks nothing where its input is no terminal.
  const more = { input: `${answers.join("\n")}\n`, env: { ...env, PULUMI_TEST_INTERACTIVE: "1" } };
  return { directory, said: run(directory, ["pulumi", "new", template, "--offline"], more) };
}

const yaml = (path: string) => parse(readFileSync(path, "utf8"));
const questions = ["hcloud:token", "webstack:adminCidr", "webstack:domains", "webstack:size"];

describe("pulumi new", () => {
  it("asks for token, address, domain and size, and leaves a stack that previews", () => {
    const answers = ["shop", "", "trial", cloud.token, "5.75.1.7", "www.shop.test", "standard"];
    const { directory, said } = made("shop", answers);
    const asked = [...said.matchAll(/\((\w+:\w+)\)/g)].map(([, key]) => key);
    expect(asked).toEqual(questions);
    expect(said).toContain("Your new project is ready to go!");
    const project = yaml(join(directory, "Pulumi.yaml"));
    expect(project).toMatchObject({ name: "shop", runtime: { name: "nodejs" } });
    expect(project).not.toHaveProperty("template");
    const { config } = yaml(join(directory, "Pulumi.trial.yaml"));
    expect(config).toEqual({
      "hcloud:token": { secure: expect.stringMatching(/^v1:/) },
      "webstack:adminCidr": "5.75.1.7",
      "webstack:domains": "www.shop.test",
      "webstack:size": "standard",
    });
    const words = ["npm", "run", "--silent", "preview", "--", "--stack", "trial", "--json"];
    const preview = JSON.parse(run(directory, words));
    expect(preview).toMatchObject({ refused: [], stack: "trial", verdict: "safe" });
    expect(preview.hosts.map((host: { node: string }) => host.node)).toHaveLength(9);
  }, 600_000);

  it("writes its answers over those of a stack file of the repository, and empty ones nowhere", () => {
    const { directory } = made("firm", ["", "", "", cloud.token, "5.75.1.0/24", "", ""]);
    expect(yaml(join(directory, "Pulumi.yaml"))).toMatchObject({ name: "webstack" });
    const { config } = yaml(join(directory, "Pulumi.dev.yaml"));
    const { config: shipped } = yaml(join(root, "Pulumi.dev.yaml"));
    expect(config).toEqual({
      ...shipped,
      "hcloud:token": { secure: expect.stringMatching(/^v1:/) },
      "webstack:adminCidr": "5.75.1.0/24",
      "webstack:size": "small",
    });
    expect(existsSync(join(directory, "sample-app", "dist"))).toBe(true);
  }, 600_000);
});

describe("the template in Pulumi.yaml", () => {
  const { name, config, template: asks } = yaml(join(root, "Pulumi.yaml"));

  it("has keys with a prefix, each of a setting with one plain value", () => {
    expect(name).toBe("webstack");
    expect(Object.keys(asks.config)).toEqual(questions);
    expect(asks.config["hcloud:token"].secret).toBe(true);
    const known = documentedSettings(settingsSchema).map(
      ({ path }) => `webstack:${path.join(".")}`,
    );
    expect(questions.slice(1).filter((key) => !known.includes(key))).toEqual([]);
  });

  it("has a default that the schema takes", () => {
    const size = asks.config["webstack:size"].default as string;
    const raw = spelledOut({ size, adminCidr: "5.75.1.7" });
    expect(settingsSchema.safeParse(raw).error).toBeUndefined();
  });

  it("stands without a block config, whose keys the engine would store under the project's name", () => {
    expect(config).toBeUndefined();
  });

  it.each(["dev", "staging", "prod"])(
    "asks for nothing that Pulumi.%s.yaml has as a group: an answer would stand beside it",
    (stack) => {
      const { config: file } = yaml(join(root, `Pulumi.${stack}.yaml`));
      expect(file["webstack:admin"]?.cidrs).toBeUndefined();
      expect(file["webstack:domain"]).toBeUndefined();
      // An empty answer would leave them.
      expect(file["webstack:adminCidr"] ?? file["webstack:domains"]).toBeUndefined();
    },
  );
});
