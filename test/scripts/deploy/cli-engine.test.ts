import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cliEngine } from "../../../scripts/deploy/cli-engine";
import { ends } from "./support/events";

const place = vi.hoisted(() => ({ root: "" }));
vi.mock("../../../scripts/local/paths", () => ({
  get repositoryRoot() {
    return place.root;
  },
}));

beforeEach(() => {
  place.root = mkdtempSync(join(tmpdir(), "cli-engine-"));
  vi.stubEnv("PATH", `${place.root}${delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(place.root, { recursive: true });
});

/** Puts a `pulumi` on the path: a shell script that finds its settings in $settings, its event log in $log. */
function pulumi(script: string): void {
  const path = join(place.root, "pulumi");
  const read =
    'echo "$@" >> called; while [ $# -gt 0 ]; do case $1 in --config-file) settings=$2;; --event-log) log=$2;; esac; shift; done';
  writeFileSync(path, `#!/bin/sh\n${read}\n${script}\n`);
  chmodSync(path, 0o755);
}
const opened = (signal = new AbortController().signal) =>
  cliEngine("dev", { settings: "config: {}\n", say: () => undefined, signal });
const called = () => readFileSync(join(place.root, "called"), "utf8").trim();

describe("the stack of another name", () => {
  it("is updated by its own command, with settings in a file of their own and without questions", async () => {
    pulumi(
      'cat "$settings" > given; stat -c %a "$settings" >> given; echo $PULUMI_DEBUG_COMMANDS >> given',
    );
    await opened().up(() => undefined);
    expect(readFileSync(join(place.root, "given"), "utf8")).toBe("config: {}\n600\ntrue\n");
    const file = (name: string) => join(place.root, ".webstack", "dev", name);
    expect(called()).toBe(
      `up --stack dev --config-file ${file("deploy.yaml")} --event-log ${file("deploy-events.jsonl")} ` +
        "--non-interactive --suppress-progress --color never --yes --skip-preview",
    );
    expect(() => readFileSync(file("deploy.yaml"))).toThrow("ENOENT");
  });

  it("is updated by the program of another checkout, with a message for its history", async () => {
    pulumi("pwd > place.txt");
    const there = mkdtempSync(join(place.root, "there-"));
    const signal = new AbortController().signal;
    const options = { settings: "config: {}\n", directory: there, say: () => undefined, signal };
    await cliEngine("dev", options).up(() => undefined, "back to 1");
    expect(readFileSync(join(there, "place.txt"), "utf8").trim()).toBe(there);
    const words = readFileSync(join(there, "called"), "utf8").trim();
    expect(words).toContain(` --config-file ${place.root}/.webstack/dev/deploy.yaml `);
    expect(words).toMatch(/ --message back to 1$/);
  });

  it("is only looked at in a preview", async () => {
    pulumi("");
    await opened().preview(() => undefined);
    expect(called()).toMatch(/^preview --stack dev [^]*--color never$/);
  });

  it("is looked at after what is there, with files of another name, if that is asked for", async () => {
    pulumi("");
    const options = { settings: "config: {}\n", files: "preview", say: () => undefined };
    const { signal } = new AbortController();
    await cliEngine("dev", { ...options, signal }).preview(() => undefined, true);
    expect(called()).toMatch(/^preview [^]*dev\/preview\.yaml [^]*--color never --refresh$/);
  });

  it("tells its events while it runs, and all of them", async () => {
    const [first, second] = [ends("app-1"), ends("app-2")].map((event) => JSON.stringify(event));
    pulumi(
      `echo '${first}' > "$log"; while [ ! -e seen ]; do sleep 0.05; done; echo '${second}' >> "$log"`,
    );
    const seen: EngineEvent[] = [];
    await opened().up((event) => {
      seen.push(event);
      writeFileSync(join(place.root, "seen"), "");
    });
    expect(seen.map((event) => JSON.stringify(event))).toEqual([first, second]);
  });

  it("that fails is told with the end of what the command said", async () => {
    pulumi('echo "error: the stack is currently locked by 1 lock(s)" >&2; exit 255');
    await expect(opened().up(() => undefined)).rejects.toThrow(
      "pulumi up ended with 255:\nerror: the stack is currently locked by 1 lock(s)",
    );
  });

  it("is asked to stop with the signal of Ctrl-C", async () => {
    pulumi("trap 'exit 3' INT; touch begun; while :; do sleep 0.05; done");
    const stop = new AbortController();
    const running = opened(stop.signal).up(() => undefined);
    const outcome = expect(running).rejects.toThrow("pulumi up ended with 3");
    await vi.waitFor(() => readFileSync(join(place.root, "begun")), 10_000);
    stop.abort();
    await outcome;
  });

  it("has the host keys of its state", async () => {
    const outputs = { node: "app-1", hostKey: "ssh-ed25519 AAAA" };
    const resources = [{ type: "host:index:Configuration", urn: "urn:app-1", outputs }];
    pulumi(`echo '${JSON.stringify({ version: 3, deployment: { resources } })}'`);
    const pins = await opened().pins();
    expect(pins).toEqual(new Map([["app-1", { hostKey: "ssh-ed25519 AAAA", urn: "urn:app-1" }]]));
    expect(called()).toBe("stack export --stack dev");
  });

  it("needs the command", async () => {
    vi.stubEnv("PATH", place.root);
    await expect(opened().pins()).rejects.toThrow("pulumi is not on the path; the local stack");
  });
});
