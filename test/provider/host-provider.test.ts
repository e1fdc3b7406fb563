import { describe, expect, it, onTestFinished } from "vitest";
import type { Values } from "../../plugin/values";
import { PluginProcess, without, type Recorded } from "../plugin/plugin-process";
import { applies, booted, hostPlugin, localInputs, reading, secret, type } from "./host-plugin";
import { goodInputs, privateKey } from "./inputs";
import type { Answer } from "./ssh-host";

const { running, host } = hostPlugin();

const applied: Answer = { stdout: '{"step":"swap"}\n{"ok":true,"changed":["/etc/a"]}\n' };

const inputs = (port: number, overrides: Values = {}) => localInputs(port, {}, overrides);

/** A configuration that was applied to the host earlier. */
function recorded(port: number, hostKey: string, overrides: Values = {}): Recorded {
  const values = inputs(port, overrides);
  return { type, id: "web-1", inputs: values, outputs: { ...values, hostKey } };
}

describe("a configuration that is made", () => {
  it("waits for the first boot, applies, and pins the host's key", async () => {
    const target = await host(booted(() => applied));
    const made = await running.plugin.create(type, inputs(target.port));
    expect(made.id).toBe("web-1");
    expect(made.outputs.hostKey).toBe(target.key);
    expect(target.commands.map((one) => one.split(" ").at(0))).toEqual(["cloud-init", "sudo"]);
  });

  it("has private key and secret files marked as secrets, asked or not", async () => {
    const target = await host(booted(() => applied));
    const made = await running.plugin.create(type, inputs(target.port));
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
    const made = running.plugin.create(type, inputs(target.port));
    await expect(made).rejects.toThrow(/nginx: bad .*\[secret\][^]*put back to what it was/);
    await expect(made).rejects.not.toThrow("horse");
  });

  it("is refused with every problem at once before a host is reached", async () => {
    const wrong = { node: "Web 1", files: { "etc/a": "" } };
    await expect(running.plugin.check(type, inputs(22, wrong))).rejects.toThrow(
      /node name such as "web-1".*absolute path/,
    );
  });
});

describe("a configuration that is updated", () => {
  it("is applied, and its key stays pinned", async () => {
    const target = await host(booted(() => applied));
    const news = inputs(target.port, { files: { "/etc/nginx/nginx.conf": "events { }\n" } });
    const old = recorded(target.port, target.key);
    expect(await running.plugin.diff(old, news)).toEqual(['files["/etc/nginx/nginx.conf"]']);
    expect((await running.plugin.update(old, news)).outputs.hostKey).toBe(target.key);
    expect(applies(target)).toBe(1);
  });

  it("touches no host if only the way to it changed", async () => {
    const old = recorded(22, "ssh-ed25519 AAAA");
    const { outputs } = await running.plugin.update(old, inputs(23));
    expect((outputs.connection as Values).port).toBe(23);
  });

  it("is applied again over a new connection if that is lost, three times in all", async () => {
    let calls = 0;
    const target = await host(booted(() => (++calls < 3 ? "hang-up" : applied)));
    const news = inputs(target.port, { packages: ["nginx", "jq"] });
    await running.plugin.update(recorded(target.port, target.key), news);
    expect(applies(target)).toBe(3);
  });

  it("fails if the connection is lost each time", async () => {
    const target = await host(booted(() => "hang-up"));
    const news = inputs(target.port, { packages: [] });
    const updated = running.plugin.update(recorded(target.port, target.key), news);
    await expect(updated).rejects.toThrow("the connection to the host was lost");
    expect(applies(target)).toBe(3);
  });

  it("sends nothing to a host whose key was replaced, and says how to pin the new one", async () => {
    const target = await host(booted(() => applied));
    const other = await host(() => ({}));
    const news = inputs(target.port, { packages: [] });
    const updated = running.plugin.update(recorded(target.port, other.key), news);
    await expect(updated).rejects.toThrow(
      /key of 127.0.0.1 .*pulumi up --refresh.* urn:pulumi:test/,
    );
    expect(target.commands).toEqual([]);
  });
});

describe("a configuration that is read", () => {
  it("shows what somebody edited on the host", async () => {
    const target = await host(booted(() => applied));
    const now = await running.plugin.read(recorded(target.port, target.key, { unreached: "gone" }));
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
    const now = await running.plugin.read(old);
    expect(without("connection", without("secrets", now.outputs))).toEqual(
      without("connection", without("secrets", old.outputs)),
    );
    expect(target.commands).toEqual([]);
  });

  it("cannot be imported", async () => {
    const nothing = { type, id: "web-1", inputs: {}, outputs: {} };
    await expect(running.plugin.read(nothing)).rejects.toThrow("cannot be imported");
  });
});

it("the provider says its schema, and deletes without reaching the host", async () => {
  expect(await running.plugin.schema()).toEqual({ name: "host", version: "0.1.0", resources: {} });
  await running.plugin.delete(recorded(22, "ssh-ed25519 AAAA"));
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
