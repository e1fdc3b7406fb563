import { afterAll, afterEach, beforeAll } from "vitest";
import type { Values } from "../../plugin/values";
import { PluginProcess } from "../plugin/plugin-process";
import { goodInputs, privateKey } from "./inputs";
import { type Answer, sshHost, type SshHost } from "./ssh-host";

/** Type token of a host's configuration. */
export const type = "host:index:Configuration";

/** A secret as the engine sends it. */
export const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

/** What converge reads on a host where somebody edited one file. */
export const reading = {
  files: { "/etc/nginx/nginx.conf": "edited\n" },
  attributes: goodInputs().attributes,
  secrets: {},
  services: { "nginx.service": "active" },
  release: null,
  pending: false,
};

/** Answers of a host that has booted, and on which converge does as `apply` says. */
export function booted(apply: () => Answer): (command: string) => Answer {
  return (command) => {
    if (command.startsWith("cloud-init")) return { stdout: '{"status": "done"}\n' };
    if (command.endsWith("converge.js apply")) return apply();
    if (command.endsWith("converge.js read")) return { stdout: `${JSON.stringify(reading)}\n` };
    return { status: 127, stderr: `unexpected: ${command}` };
  };
}

/** Inputs of a configuration of a host on this machine. */
export function localInputs(port: number, connection: Values = {}, overrides: Values = {}): Values {
  const way = { host: "127.0.0.1", port, user: "webstack", privateKey, bastions: [] };
  return goodInputs({
    connection: { ...way, connectTimeoutSeconds: 5, ...connection },
    ...overrides,
  });
}

/** Number of bundles that a host was told to apply. */
export const applies = ({ commands }: SshHost) =>
  commands.filter((one) => one.endsWith(" apply")).length;

/** Runs the provider during the tests of a file, and closes its hosts after each test. */
export function hostPlugin() {
  const hosts: SshHost[] = [];
  const running = {} as { plugin: PluginProcess };
  beforeAll(async () => {
    running.plugin = await PluginProcess.start("provider");
  }, 60_000);
  afterAll(() => running.plugin.stop());
  afterEach(() => hosts.splice(0).forEach((host) => host.close()));
  const host = async (answer: (command: string, stdin: string) => Answer): Promise<SshHost> => {
    const started = await sshHost(answer);
    hosts.push(started);
    return started;
  };
  return { running, host };
}
