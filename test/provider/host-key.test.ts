import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Values } from "../../plugin/values";
import { PluginProcess } from "../plugin/plugin-process";
import { goodInputs, privateKey } from "./inputs";
import { type Answer, sshHost, type SshHost } from "./ssh-host";

const type = "host:index:Configuration";
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

let plugin: PluginProcess;
const hosts: SshHost[] = [];
beforeAll(async () => {
  plugin = await PluginProcess.start("provider");
}, 60_000);
afterAll(() => plugin.stop());
afterEach(() => hosts.splice(0).forEach((host) => host.close()));

const reading = {
  files: { "/etc/nginx/nginx.conf": "edited\n" },
  attributes: goodInputs().attributes,
  secrets: {},
  services: { "nginx.service": "active" },
  release: null,
  pending: false,
};

/** What a booted host answers whose converge is of an earlier release. */
function booted(command: string): Answer {
  if (command.startsWith("cloud-init")) return { stdout: '{"status": "done"}\n' };
  if (command.endsWith("converge.js apply"))
    return { stdout: '{"ok":true,"changed":["/etc/a"]}\n' };
  if (command.endsWith("converge.js read")) return { stdout: `${JSON.stringify(reading)}\n` };
  return { status: 127, stderr: `unexpected: ${command}` };
}

async function host(answer: (command: string) => Answer): Promise<SshHost> {
  const started = await sshHost(answer);
  hosts.push(started);
  return started;
}

const once = "key-of-the-first-contact";
const hmac = (key: string, text: string) =>
  createHmac("sha256", key).update(text).digest("base64url");

/** A booted host that proves its key under `key`; an object stands in for what it answers. */
async function proving(key: string | object): Promise<SshHost> {
  let own = "";
  const started = await host((command) => {
    if (!command.endsWith("converge.js prove")) return booted(command);
    const proofs = typeof key === "string" ? { hostKeys: { [own]: hmac(key, own) } } : key;
    return { stdout: `${JSON.stringify({ ok: true, ...proofs })}\n` };
  });
  own = started.key;
  return started;
}

/** Inputs with the key of the first contact. */
function contacted(port: number, overrides: Values = {}): Values {
  const way = { host: "127.0.0.1", port, user: "webstack", privateKey, bastions: [] };
  const connection = { ...way, connectTimeoutSeconds: 5, firstContactKey: once };
  return goodInputs({ connection, ...overrides });
}

/** A configuration that was applied to the host earlier. */
function recorded(port: number, hostKey: string) {
  const values = contacted(port);
  return { type, id: "web-1", inputs: values, outputs: { ...values, hostKey } };
}

const applies = ({ commands }: SshHost) => commands.filter((one) => one.endsWith(" apply")).length;

const verbs = ({ commands }: SshHost) => commands.map((one) => one.split(" ").at(-1));

describe("the first contact", () => {
  it("is proved before anything is sent", async () => {
    const target = await proving(once);
    const made = await plugin.create(type, contacted(target.port));
    expect(made.outputs.hostKey).toBe(target.key);
    expect(verbs(target).slice(1)).toEqual(["prove", "apply"]);
    expect((made.outputs.connection as Values).firstContactKey).toEqual(secret(once));
  });

  it.each([
    ["a proof under another key", "another", /its proof is wrong/],
    ["the proof of another host's key", { hostKeys: { other: "x" } }, /no proof of this key/],
    ["no key from user data", { ok: false, error: "first-contact does not exist" }, /not exist/],
  ])("sends nothing to a host with %s", async (_, key, reason) => {
    const target = await proving(key);
    const made = plugin.create(type, contacted(target.port));
    await expect(made).rejects.toThrow(/of web-1 is not proved, so nothing was sent/);
    await expect(made).rejects.toThrow(reason);
    expect(applies(target)).toBe(0);
  });

  it("sends nothing to a host whose converge is of an earlier release", async () => {
    const target = await host(booted);
    await expect(plugin.create(type, contacted(target.port))).rejects.toThrow(
      /is not proved.*npm run roll -- web-1/,
    );
    expect(applies(target)).toBe(0);
  });
});

describe("a server that was rebuilt", () => {
  const packages = ["nginx", "jq"];

  it("is configured once it has proved its new key, which is pinned", async () => {
    const [target, other] = [await proving(once), await host(() => ({}))];
    const old = recorded(target.port, other.key);
    const updated = await plugin.update(old, contacted(target.port, { packages }));
    expect(updated.outputs.hostKey).toBe(target.key);
    expect(applies(target)).toBe(1);
  });

  it("is read by a refresh, with its new key", async () => {
    const [target, other] = [await proving(once), await host(() => ({}))];
    const now = await plugin.read(recorded(target.port, other.key));
    expect(now.outputs).toMatchObject({ files: reading.files, hostKey: target.key });
    // The disk is empty, so its secrets are missing.
    expect(now.inputs.secrets).toEqual({});
  });

  it("gets nothing if it proves nothing, and stays as recorded", async () => {
    const [target, other] = [await proving("another"), await host(() => ({}))];
    const values = contacted(target.port, { packages });
    const old = recorded(target.port, other.key);
    await expect(plugin.update(old, values)).rejects.toThrow(
      /not the one that was pinned.*tried: .*its proof is wrong/,
    );
    expect((await plugin.read(old)).outputs.hostKey).toBe(other.key);
    expect(verbs(target)).not.toContain("apply");
    expect(verbs(target)).not.toContain("read");
  });

  it("is not asked if its key is the pinned one", async () => {
    const target = await proving("another");
    await plugin.update(recorded(target.port, target.key), contacted(target.port, { packages }));
    expect(verbs(target)).toEqual(["apply"]);
  });
});
