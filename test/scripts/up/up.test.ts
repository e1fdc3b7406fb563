import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { spawn } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = join(__dirname, "..", "..", "..");
const urn = "urn:pulumi:dev::webstack::webstack:index:Server$hcloud:index/server:Server::web-1-vm";
const stackUrn = "urn:pulumi:dev::webstack::pulumi:pulumi:Stack::webstack-dev";
let folder: string;
let cloud: Server;
/** Calls of the cloud that change something. */
let calls: string[];
let labels: object;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "up-"));
  calls = [];
  labels = { project: "webstack", stack: "dev" };
  cloud = createServer(({ method, url }, answer) => {
    const isList = method === "GET" && url === "/v1/servers?name=web-1";
    const server = { id: 7, name: "web-1", labels, volumes: [], locked: false };
    if (method !== "GET") calls.push(`${method} ${url}`);
    const action = { action: { id: 1, status: "success" } };
    answer.end(JSON.stringify(isList ? { servers: [server] } : { server, ...action }));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => cloud.once("listening", resolve));
});
afterEach(() => {
  cloud.close();
  rmSync(folder, { recursive: true });
});

/** Puts a `pulumi` on the path that answers with a state, and writes down its calls. */
function pulumi(deployment: object, script = ""): void {
  writeFileSync(join(folder, "state.json"), JSON.stringify({ version: 3, deployment }));
  const lines = [
    "#!/bin/sh",
    `echo "$@" >> ${folder}/called`,
    `case "$1" in stack) cat ${folder}/state.json;; config) exit 1;; esac`,
    script,
  ];
  writeFileSync(join(folder, "pulumi"), `${lines.join("\n")}\n`);
  chmodSync(join(folder, "pulumi"), 0o755);
}
const called = () => readFileSync(join(folder, "called"), "utf8").trim().split("\n");

/** Runs the command. */
function up(
  words: string[],
  input = "",
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const { port } = cloud.address() as AddressInfo;
  const env = {
    ...process.env,
    PATH: `${folder}${delimiter}${process.env.PATH}`,
    ...{ PULUMI_HOME: folder, HCLOUD_TOKEN: "t", HCLOUD_ENDPOINT: `http://127.0.0.1:${port}/v1` },
  };
  const child = spawn(process.execPath, ["-r", "./scripts/start.cjs", "scripts/up.ts", ...words], {
    cwd: root,
    env,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(input);
  return new Promise((resolve) =>
    child.on("close", (status) => resolve({ status, stdout, stderr })),
  );
}

const stack = { urn: stackUrn, type: "pulumi:pulumi:Stack" };
const operation = (type: string) => ({
  type,
  resource: { urn, type: "hcloud:index/server:Server", inputs: { name: "web-1" } },
});

describe("npm run up", () => {
  it("is pulumi up with its words, its input and its status if nothing was interrupted", async () => {
    pulumi(
      { resources: [stack] },
      'if [ "$1" = up ]; then read -r answer; echo "got $answer"; exit 3; fi',
    );
    const words = ["--stack", "dev", "--refresh", "--message", "two words"];
    const end = await up(words, "yes\n");
    expect(end).toMatchObject({ status: 3, stdout: "got yes\n", stderr: "" });
    expect(called()).toEqual([
      "stack export --stack dev --non-interactive",
      "up --stack dev --refresh --message two words",
    ]);
    expect(calls).toEqual([]);
  });

  it("first removes what an interrupted one created and did not record", async () => {
    pulumi({ resources: [stack], pending_operations: [operation("creating")] });
    const { status, stderr } = await up(["-s", "dev", "--yes"]);
    expect(stderr).toContain("removing server web-1 (id 7), which was created but not recorded");
    expect(status).toBe(0);
    expect(calls).toEqual(["POST /v1/servers/7/actions/change_protection", "DELETE /v1/servers/7"]);
    const quiet = "--yes --skip-preview --suppress-outputs --suppress-progress";
    const refresh = `refresh --stack dev ${quiet}`;
    expect(called().filter((line) => !line.startsWith("config"))).toEqual([
      "stack export --stack dev --non-interactive",
      `${refresh} --skip-pending-creates --target ${stackUrn} --non-interactive`,
      "stack export --stack dev --non-interactive",
      `${refresh} --clear-pending-creates --target ${stackUrn} --non-interactive`,
      "up -s dev --yes",
    ]);
  });

  it("reads a server whose change was interrupted, and asks no cloud for that", async () => {
    pulumi({ resources: [stack], pending_operations: [operation("updating")] });
    await up(["-s", "dev"]);
    expect(called()[1]).toContain(`--skip-pending-creates --target ${urn} `);
    expect(called().filter((line) => line.startsWith("refresh"))).toHaveLength(1);
    expect(called().at(-1)).toBe("up -s dev");
  });

  it("begins no up, and deletes nothing, if what it found is not the stack's", async () => {
    labels = { project: "webstack", stack: "prod" };
    pulumi({ resources: [stack], pending_operations: [operation("creating")] });
    const { status, stderr } = await up(["-s", "dev"]);
    expect(stderr).toContain("lacks the label stack=dev");
    expect(status).toBe(1);
    expect(calls).toEqual([]);
    expect(called().join("\n")).not.toMatch(/^up|--clear-pending-creates/m);
  });

  it("names the remedy for the lock of a killed command", async () => {
    const locked =
      'echo "error: the stack is currently locked by 1 lock(s). ... with pulumi cancel" >&2; exit 255';
    pulumi(
      { resources: [stack], pending_operations: [operation("creating")] },
      `if [ "$1" = refresh ]; then ${locked}; fi`,
    );
    const { status, stderr } = await up(["-s", "dev"]);
    expect(stderr).toContain(
      "if no other command works on the stack, run pulumi cancel --stack dev, then this command again",
    );
    expect(status).toBe(1);
    expect(calls).toEqual([]);
  });

  it("passes a signal on to pulumi up, and waits for its end", async () => {
    pulumi(
      { resources: [stack] },
      'if [ "$1" = up ]; then trap "echo stopping; exit 7" INT; kill -INT $PPID; while :; do sleep 0.1; done; fi',
    );
    expect(await up(["-s", "dev"])).toMatchObject({ status: 7, stdout: "stopping\n" });
  });

  it("leaves a stack that does not exist yet, the help, and the local stack to pulumi up", async () => {
    const missing = `if [ "$1" = stack ]; then echo "error: no stack named 'new' found" >&2; exit 255; fi`;
    pulumi({}, missing);
    expect((await up(["--stack", "new"])).status).toBe(0);
    for (const words of [["--help"], ["--stack", "local"], []]) await up(words);
    expect(called()).toEqual([
      "stack export --stack new --non-interactive",
      "up --stack new",
      "up --help",
      "up --stack local",
      "up",
    ]);
  });
});
