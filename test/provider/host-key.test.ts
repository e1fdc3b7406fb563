import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Values } from "../../plugin/values";
import { applies, booted, hostPlugin, localInputs, reading, secret, type } from "./host-plugin";
import type { SshHost } from "./ssh-host";

const { running, host } = hostPlugin();

/** Answers of a booted host whose converge is of an earlier release. */
const earlier = booted(() => ({ stdout: '{"ok":true,"changed":["/etc/a"]}\n' }));

const once = "key-of-the-first-contact";
const hmac = (key: string, text: string) =>
  createHmac("sha256", key).update(text).digest("base64url");

/** A booted host that proves its key under `key`; an object stands in for what it answers. */
async function proving(key: string | object): Promise<SshHost> {
  let own = "";
  const started = await host((command) => {
    if (!command.endsWith("converge.js prove")) return earlier(command);
    const proofs = typeof key === "string" ? { hostKeys: { [own]: hmac(key, own) } } : key;
    return { stdout: `${JSON.stringify({ ok: true, ...proofs })}\n` };
  });
  own = started.key;
  return started;
}

/** Inputs with the key of the first contact. */
function contacted(port: number, overrides: Values = {}): Values {
  return localInputs(port, { firstContactKey: once }, overrides);
}

/** A configuration that was applied to the host earlier. */
function recorded(port: number, hostKey: string) {
  const values = contacted(port);
  return { type, id: "web-1", inputs: values, outputs: { ...values, hostKey } };
}

const verbs = ({ commands }: SshHost) => commands.map((one) => one.split(" ").at(-1));

describe("the first contact", () => {
  it("is proved before anything is sent", async () => {
    const target = await proving(once);
    const made = await running.plugin.create(type, contacted(target.port));
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
    const made = running.plugin.create(type, contacted(target.port));
    await expect(made).rejects.toThrow(/of web-1 is not proved, so nothing was sent/);
    await expect(made).rejects.toThrow(reason);
    expect(applies(target)).toBe(0);
  });

  it("sends nothing to a host whose converge is of an earlier release", async () => {
    const target = await host(earlier);
    await expect(running.plugin.create(type, contacted(target.port))).rejects.toThrow(
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
    const updated = await running.plugin.update(old, contacted(target.port, { packages }));
    expect(updated.outputs.hostKey).toBe(target.key);
    expect(applies(target)).toBe(1);
  });

  it("is read by a refresh, with its new key", async () => {
    const [target, other] = [await proving(once), await host(() => ({}))];
    const now = await running.plugin.read(recorded(target.port, other.key));
    expect(now.outputs).toMatchObject({ files: reading.files, hostKey: target.key });
    // The disk is empty, so its secrets are missing.
    expect(now.inputs.secrets).toEqual({});
  });

  it("gets nothing if it proves nothing, and stays as recorded", async () => {
    const [target, other] = [await proving("another"), await host(() => ({}))];
    const values = contacted(target.port, { packages });
    const old = recorded(target.port, other.key);
    await expect(running.plugin.update(old, values)).rejects.toThrow(
      /not the one that was pinned.*tried: .*its proof is wrong/,
    );
    expect((await running.plugin.read(old)).outputs.hostKey).toBe(other.key);
    expect(verbs(target)).not.toContain("apply");
    expect(verbs(target)).not.toContain("read");
  });

  it("is not asked if its key is the pinned one", async () => {
    const target = await proving("another");
    await running.plugin.update(
      recorded(target.port, target.key),
      contacted(target.port, { packages }),
    );
    expect(verbs(target)).toEqual(["apply"]);
  });
});
