import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  chosenStack,
  selectedStack,
  type StackSources,
} from "../../../scripts/operate/chosen-stack";
import { root } from "../../support/pages";

const project = "/srv/webstack";
const homes: string[] = [];
afterEach(() => homes.splice(0).forEach((path) => rmSync(path, { recursive: true })));

/** Environment of an engine whose selections for the checkout are these. */
function selecting(settings: object, env: NodeJS.ProcessEnv = {}, login?: string) {
  const home = mkdtempSync(join(tmpdir(), "pulumi-home-"));
  homes.push(home);
  const checkout = createHash("sha1").update(`${project}/Pulumi.yaml`).digest("hex");
  mkdirSync(join(home, "workspaces"));
  const file = join(home, "workspaces", `webstack-${checkout}-workspace.json`);
  writeFileSync(file, JSON.stringify(settings));
  if (login) writeFileSync(join(home, "credentials.json"), JSON.stringify({ current: login }));
  return { PULUMI_HOME: home, ...env };
}

/** A machine, and the lines that a command said there. */
function machine(more: Partial<StackSources> = {}) {
  const messages: string[] = [];
  const say = (line: string) => void messages.push(line);
  const around = { env: selecting({}), project, isLocalUp: false, say, ...more };
  return { around, messages };
}

describe("the selected stack", () => {
  it("is the one of the present backend", () => {
    const stacks = {
      "file:///srv/state": "organization/webstack/dev",
      "https://api.pulumi.com": "acme/webstack/prod",
    };
    const backend = (url: string) => ({ PULUMI_BACKEND_URL: url });
    expect(selectedStack(selecting({ stacks }, backend("file:///srv/state")), project)).toBe("dev");
    expect(selectedStack(selecting({ stacks }, {}, "file:///srv/state"), project)).toBe("dev");
    // Nobody logged in: Pulumi's service, where the organization counts.
    expect(selectedStack(selecting({ stacks }), project)).toBe("acme/webstack/prod");
    expect(selectedStack(selecting({ stacks }, backend("s3://other")), project)).toBeUndefined();
  });

  it("is the one of an earlier engine's form, and of another checkout never", () => {
    expect(selectedStack(selecting({ stack: "dev" }), project)).toBe("dev");
    expect(selectedStack(selecting({ stack: "dev" }), "/srv/another")).toBeUndefined();
  });

  it("is that of the checkout's own project name, which pulumi new may have changed", () => {
    const own = mkdtempSync(join(tmpdir(), "shop-"));
    homes.push(own);
    writeFileSync(join(own, "Pulumi.yaml"), "name: shop\n");
    const env = selecting({});
    const checkout = createHash("sha1").update(`${own}/Pulumi.yaml`).digest("hex");
    const file = (name: string) =>
      join(env.PULUMI_HOME, "workspaces", `${name}-${checkout}-workspace.json`);
    writeFileSync(file("webstack"), JSON.stringify({ stack: "dev" }));
    expect(selectedStack(env, own)).toBeUndefined();
    writeFileSync(file("shop"), JSON.stringify({ stack: "trial" }));
    expect(selectedStack(env, own)).toBe("trial");
  });

  it("is that of PULUMI_STACK before all others", () => {
    expect(selectedStack(selecting({ stack: "dev" }, { PULUMI_STACK: "prod" }), project)).toBe(
      "prod",
    );
  });

  it("is not guessed from a file that cannot be read", () => {
    const env = selecting({});
    const [file] = readdirSync(join(env.PULUMI_HOME, "workspaces"));
    writeFileSync(join(env.PULUMI_HOME, "workspaces", file!), "{");
    expect(() => selectedStack(env, project)).toThrow(
      /must be JSON: .*; name the stack with --stack$/,
    );
  });
});

describe("the stack of a command", () => {
  it.each([
    ["dev", "dev"],
    ["acme/webstack/dev", "acme/webstack/dev"],
    ["local", undefined],
  ])("is the named one, without a word: %s", (named, stack) => {
    const { around, messages } = machine({ env: selecting({ stack: "prod" }) });
    expect(chosenStack(named, { dangerous: "npm run roll" }, around)).toBe(stack);
    expect(messages).toEqual([]);
  });

  it("is the selected one, which its first line tells, also while the local one is up", () => {
    const { around, messages } = machine({ env: selecting({ stack: "dev" }), isLocalUp: true });
    expect(chosenStack(undefined, {}, around)).toBe("dev");
    expect(messages).toEqual(["works on stack dev: it is selected; --stack names another one"]);
  });

  it("is the local one if that is selected, or if none is and it is up", () => {
    const local = "organization/webstack/local";
    const selected = machine({ env: selecting({ stack: local }), isLocalUp: true });
    const up = machine({ isLocalUp: true });
    for (const { around, messages } of [selected, up]) {
      expect(chosenStack(undefined, { dangerous: "npm run roll" }, around)).toBeUndefined();
      expect(messages).toEqual([expect.stringMatching(/^works on stack local: /)]);
    }
  });

  it("is nothing if none is selected and the local one is not up, but for what comes before its up", () => {
    const { around } = machine();
    expect(() => chosenStack(undefined, {}, around)).toThrow(
      /^--stack must name a stack, .*--stack <name>, .*pulumi stack select <name>, .*npm run up:local$/,
    );
    expect(chosenStack(undefined, { beforeUp: true }, around)).toBeUndefined();
  });

  it("must be named for what is dangerous, but for the local one", () => {
    const { around, messages } = machine({ env: selecting({ stack: "dev" }) });
    expect(() => chosenStack(undefined, { dangerous: "npm run roll" }, around)).toThrow(
      "npm run roll needs --stack <name>, got none, and dev is the selected stack; add --stack dev if you mean that stack",
    );
    expect(messages).toEqual([]);
  });
});

describe("commands", () => {
  const folder = join(root, "scripts");
  const commands = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);
  const taking = commands.filter(([, text]) => /[[ ]--stack /.test(text));

  it("that take a stack choose it here", () => {
    expect(taking.length).toBeGreaterThan(20);
    const own = taking.filter(([, text]) => !/\b(chosenStack|operatedStack)\(/.test(text));
    expect(own.map(([file]) => file)).toEqual([]);
  });

  it("that are dangerous say so", () => {
    const dangerous = taking.filter(([, text]) => text.includes("dangerous: "));
    const names = dangerous.map(([file]) => file.replace(/\.ts$/, ""));
    const told = readFileSync(join(root, "docs", "operations.md"), "utf8");
    expect(names.sort()).toEqual([
      ...["backups-copy", "backups-prune", "console", "db-override", "db-restore", "db-shell"],
      ...["deploy-back", "maintenance", "patch", "rebuild", "roll", "rollback"],
    ]);
    const sections = told.split(/^## /m).map((text) => text.replace(/\s+/g, " "));
    const section = sections.find((text) => text.includes("you must name the stack"))!;
    const list = section.slice(section.indexOf("you must name the stack"));
    for (const name of names) expect(list).toContain(`\`${name.replace("-", ":")}`);
  });
});
