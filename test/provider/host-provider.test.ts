import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Values } from "../../plugin/values";
import { PluginProcess, without, type Recorded } from "../plugin/plugin-process";
import { goodInputs, privateKey } from "./inputs";
import { sshHost, type Answer, type SshHost } from "./ssh-host";

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

/** What a host answers that has booted and on which converge does as `apply` says. */
function booted(apply: () => Answer) {
  return (command: string): Answer => {
    if (command.startsWith("cloud-init")) return { stdout: '{"status": "done"}\n' };
    if (command.endsWith("converge.js apply")) return apply();
    if (command.endsWith("converge.js read")) return { stdout: `${JSON.stringify(reading)}\n` };
    return { status: 127, stderr: `unexpected: ${command}` };
  };
}

const applied: Answer = { stdout: '{"step":"swap"}\n{"ok":true,"changed":["/etc/a"]}\n' };

/** What converge reads on a host where somebody edited one file. */
const reading = {
  files: { "/etc/nginx/nginx.conf": "edited\n" },
  attributes: goodInputs().attributes,
  secrets: {},
  services: { "nginx.service": "active" },
  release: null,
  pending: false,
};

async function host(answer: (command: string, stdin: string) => Answer): Promise<SshHost> {
  const started = await sshHost(answer);
  hosts.push(started);
  return started;
}

function inputs(port: number, overrides: Values = {}): Values {
  const way = { host: "127.0.0.1", port, user: "webstack", privateKey, bastions: [] };
  return goodInputs({ connection: { ...way, connectTimeoutSeconds: 5 }, ...overrides });
}

/** A configuration that was applied to the host earlier. */
function recorded(port: number, hostKey: string, overrides: Values = {}): Recorded {
  const values = inputs(port, overrides);
  return { type, id: "web-1", inputs: values, outputs: { ...values, hostKey } };
}

const applies = ({ commands }: SshHost) => commands.filter((one) => one.endsWith(" apply")).length;

describe("a configuration that is made", () => {
  it("waits for the first boot, applies, and pins the host's key", async () => {
    const target = await host(booted(() => applied));
    const made = await plugin.create(type, inputs(target.port));
    expect(made.id).toBe("web-1");
    expect(made.outputs.hostKey).toBe(target.key);
    expect(target.commands.map((one) => one.split(" ").at(0))).toEqual(["cloud-init", "sudo"]);
  });

  it("has private key and secret files marked as secrets, asked or not", async () => {
    const target = await host(booted(() => applied));
    const made = await plugin.create(type, inputs(target.port));
    const [[path, content]] = Object.entries(goodInputs().secrets) as [[string, string]];
    for (const { connection, secrets, files } of [made.inputs, made.outputs]) {
      expect((connection as Values).privateKey).toEqual(secret(privateKey));
      expect(secrets).toEqual({ [path]: secret(content) });
      expect(files).toEqual(goodInputs().files);
    }
  });

  it("fails with converge's reason and without its secrets", async () => {
    const error = "nginx: bad PASSWORD=correct horse battery";
    const stdout = `${JSON.stringify({ ok: false, error, rolledBack: true })}\n`;
    const target = await host(booted(() => ({ stdout })));
    const made = plugin.create(type, inputs(target.port));
    await expect(made).rejects.toThrow(/nginx: bad .*\[secret\][^]*put back to what it was/);
    await expect(made).rejects.not.toThrow("horse");
  });

  it("is refused with every problem at once before a host is reached", async () => {
    const wrong = { node: "Web 1", files: { "etc/a": "" } };
    await expect(plugin.check(type, inputs(22, wrong))).rejects.toThrow(
      /node name such as "web-1".*absolute path/,
    );
  });
});

describe("a configuration that is updated", () => {
  it("is applied, and its key stays pinned", async () => {
    const target = await host(booted(() => applied));
    const news = inputs(target.port, { files: { "/etc/nginx/nginx.conf": "events { }\n" } });
    const old = recorded(target.port, target.key);
    expect(await plugin.diff(old, news)).toEqual(['files["/etc/nginx/nginx.conf"]']);
    expect((await plugin.update(old, news)).outputs.hostKey).toBe(target.key);
    expect(applies(target)).toBe(1);
  });

  it("touches no host if only the way to it changed", async () => {
    const old = recorded(22, "ssh-ed25519 AAAA");
    const { outputs } = await plugin.update(old, inputs(23));
    expect((outputs.connection as Values).port).toBe(23);
  });

  it("is applied again over a new connection if that is lost, three times in all", async () => {
    let calls = 0;
    const target = await host(booted(() => (++calls < 3 ? "hang-up" : applied)));
    const news = inputs(target.port, { packages: ["nginx", "jq"] });
    await plugin.update(recorded(target.port, target.key), news);
    expect(applies(target)).toBe(3);
  });

  it("fails if the connection is lost each time", async () => {
    const target = await host(booted(() => "hang-up"));
    const news = inputs(target.port, { packages: [] });
    const updated = plugin.update(recorded(target.port, target.key), news);
    await expect(updated).rejects.toThrow("the connection to the host was lost");
    expect(applies(target)).toBe(3);
  });

  it("sends nothing to a host whose key was replaced, and says how to pin the new one", async () => {
    const target = await host(booted(() => applied));
    const other = await host(() => ({}));
    const news = inputs(target.port, { packages: [] });
    const updated = plugin.update(recorded(target.port, other.key), news);
    await expect(updated).rejects.toThrow(
      /key of 127.0.0.1 .*pulumi up --refresh.* urn:pulumi:test/,
    );
    expect(target.commands).toEqual([]);
  });
});

describe("a configuration that is read", () => {
  it("shows what somebody edited on the host", async () => {
    const target = await host(booted(() => applied));
    const now = await plugin.read(recorded(target.port, target.key, { unreached: "gone" }));
    expect(now.id).toBe("web-1");
    // The host is read, so it is not passed over any more.
    for (const part of [now.inputs, now.outputs]) expect(part).not.toHaveProperty("unreached");
    expect(now.outputs).toMatchObject({ files: reading.files, hostKey: target.key });
    expect(now.inputs).toMatchObject({ files: reading.files });
    expect(now.inputs).not.toHaveProperty("hostKey");
  });

  it("is kept as recorded if the host's key was replaced", async () => {
    const target = await host(booted(() => applied));
    const other = await host(() => ({}));
    const old = recorded(target.port, other.key);
    const now = await plugin.read(old);
    expect(without("connection", without("secrets", now.outputs))).toEqual(
      without("connection", without("secrets", old.outputs)),
    );
    expect(target.commands).toEqual([]);
  });

  it("cannot be imported", async () => {
    const nothing = { type, id: "web-1", inputs: {}, outputs: {} };
    await expect(plugin.read(nothing)).rejects.toThrow("cannot be imported");
  });
});

it("the provider says its schema, and deletes without reaching the host", async () => {
  expect(await plugin.schema()).toEqual({ name: "host", version: "0.1.0", resources: {} });
  await plugin.delete(recorded(22, "ssh-ed25519 AAAA"));
});

it("a cancelled provider ends what is under way, and says that it goes on later", async () => {
  const cancelled = await PluginProcess.start("provider");
  onTestFinished(() => cancelled.stop());
  let begun: () => void;
  const reached = new Promise<void>((resolve) => (begun = resolve));
  const target = await host(
    booted(() => {
      begun();
      return { stdout: '{"step":"wait"}\n'.repeat(40), pauseMs: 500 };
    }),
  );
  const made = cancelled.create(type, inputs(target.port));
  const outcome = expect(made).rejects.toThrow("cancelled; the next `up` goes on from here");
  await reached;
  await cancelled.cancel();
  await outcome;
}, 30_000);
