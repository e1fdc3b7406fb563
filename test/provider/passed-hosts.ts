import { onTestFinished } from "vitest";
import type { Values } from "../../plugin/values";
import { HostProvider } from "../../provider/host-provider";
import { goodInputs, privateKey } from "./inputs";
import { sshHost, type Answer, type SshHost } from "./ssh-host";

/** Addresses of loopback; the hosts of these tests listen on the first one alone. */
export const [there, gone] = ["127.0.0.1", "127.0.0.2"];
/** Fields of a request beside its values. */
export const about = {
  ...{ urn: "urn:web-1", type: "host:index:Configuration", name: "web-1-configuration" },
  ...{ id: "web-1", oldInputs: {} },
};
/** An edit that restarts nothing. */
export const edit = { files: { "/etc/nginx/nginx.conf": "events { }\n" } };

/** A host that has booted, and on which converge succeeds. */
export function booted(command: string): Answer {
  if (command.startsWith("cloud-init")) return { stdout: '{"status": "done"}\n' };
  return { stdout: '{"ok":true,"changed":["/etc/a"]}\n' };
}

/** Starts such a host until the end of the test. */
export async function host(letsIn?: () => boolean): Promise<SshHost> {
  const started = await sshHost(booted, letsIn);
  onTestFinished(started.close);
  return started;
}

/** Inputs of the first host of a tier, by the address of each of its hosts. */
export function inputs(
  port: number,
  hosts: readonly string[],
  overrides: Values = {},
  role = "web",
): Values {
  const way = { host: hosts[0], port, user: "webstack", privateKey, bastions: [] as string[] };
  return goodInputs({
    ...{ connection: { ...way, connectTimeoutSeconds: 1 }, role, node: `${role}-1` },
    tier: hosts.map((address, i) => ({ node: `${role}-${i + 1}`, host: address })),
    ...overrides,
  });
}

/** Inputs as the state of a host with some key. */
export const pinned = (values: Values) => ({ ...values, hostKey: "ssh-ed25519 AAAA" });

/** A provider of one run, with its warnings. */
export class Run {
  readonly warnings: string[] = [];
  readonly provider = new HostProvider(
    () => {
      const warn = (line: string) => void this.warnings.push(line);
      return { status: () => undefined, info: () => undefined, warn };
    },
    { shortWait: 1 },
  );

  /** Updates a host. */
  update(state: Values, news: Values): Promise<Values> {
    return this.provider.update({ ...about, state, inputs: news });
  }

  /** Updates the first host of a tier, with an edit. */
  updateFirst(
    port: number,
    hosts: readonly string[],
    change: Values = edit,
    role = "web",
  ): Promise<Values> {
    return this.update(pinned(inputs(port, hosts, {}, role)), inputs(port, hosts, change, role));
  }
}
