import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Values } from "../../plugin/values";
import { Consents } from "../../provider/consents";
import { inventoryProvider } from "../../provider/inventory-provider";
import { HostProvider } from "../../provider/host-provider";
import { goodInputs, privateKey } from "./inputs";
import { type Answer, closedPort, sshHost, type SshHost } from "./ssh-host";

const type = "host:index:Configuration";
const subject = (name: string) => ({
  urn: `urn:pulumi:test::webstack::${type}::${name}`,
  type,
  name,
});

let provider: HostProvider;
let consents: Consents;
let warnings: string[];
const hosts: SshHost[] = [];
beforeEach(() => {
  warnings = [];
  const log = { status: () => undefined, info: () => undefined };
  consents = new Consents();
  const logOf = () => ({ ...log, warn: (line: string) => void warnings.push(line) });
  provider = new HostProvider(logOf, { consents });
});
afterEach(() => hosts.splice(0).forEach((host) => host.close()));

async function host(answer: Answer = {}): Promise<SshHost> {
  const started = await sshHost(() => answer);
  hosts.push(started);
  return started;
}

/** The program of this run has these configurations. */
function programHas(...names: string[]): void {
  for (const name of names) provider.check({ ...subject(name), olds: {}, news: goodInputs() });
}

/** Deletes the configuration of `web-3`, as it was recorded. */
function deleted(port: number, hostKey: string, role = "web"): Promise<void> {
  const way = { host: "127.0.0.1", port, user: "webstack", privateKey, bastions: [] };
  const connection = { ...way, connectTimeoutSeconds: 1 };
  const state = { ...goodInputs({ connection, node: "web-3", role }), hostKey } as Values;
  return provider.delete({ ...subject("web-3"), id: "web-3", state });
}

describe("a node that is deleted while others stay", () => {
  it.each([
    ["web", "nginx.service"],
    ["app", "'app@*.service'"],
    ["db", "mysql.service"],
  ])("ends its work in order first: %s stops %s", async (role, units) => {
    const target = await host();
    programHas("web-1", "web-2");
    await deleted(target.port, target.key, role);
    const commands = target.commands.filter((command) => !command.includes("supervisor/saved"));
    expect(commands).toEqual([expect.stringMatching(/^sudo -n systemd-run .*-step-back/)]);
    expect(commands[0]).toContain(`; sudo -n systemctl stop ${units}`);
    expect(warnings).toEqual([]);
  });

  it("is not touched if it is a load balancer, which gives its address away otherwise", async () => {
    const target = await host();
    programHas("web-1");
    await deleted(target.port, target.key, "lb");
    expect(target.commands).toEqual([]);
  });

  it("goes with a warning if another server has its address", async () => {
    const [target, former] = [await host(), await host()];
    programHas("web-1");
    await deleted(target.port, former.key);
    expect(target.commands).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^web-3 goes without an orderly stop: .*key/)]);
  });

  it("goes with a warning if it does not answer, or does not stop", async () => {
    programHas("web-1");
    await deleted(await closedPort(), "ssh-ed25519 AAAA");
    const target = await host({ status: 1, stderr: "Job failed.\n" });
    await deleted(target.port, target.key);
    expect(warnings).toEqual([
      expect.stringContaining("cannot be reached over SSH within 1 s"),
      "web-3 goes without an orderly stop: Job failed.",
    ]);
  });

  it("is deleted by a later run if this one is cancelled", async () => {
    const target = await host();
    programHas("web-1");
    provider.cancel();
    await expect(deleted(target.port, target.key)).rejects.toThrow("cancelled");
  });
});

describe("a database node with data that no other server may have", () => {
  const saved = "saved 2026-11-28T090000Z-1.json\nsaved 2026-11-28T090000Z-1.sql\ndata\n";

  it("is neither stopped nor deleted, and its files are named", async () => {
    const target = await host({ stdout: saved });
    programHas("db-1");
    await expect(deleted(target.port, target.key, "db")).rejects.toThrow(
      /saved\/?: 2026-11-28T090000Z-1.json, 2026-11-28T090000Z-1.sql.*"delete saved until/,
    );
    expect(target.commands).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it("goes with a line of consent, which the inventory gets", async () => {
    const target = await host({ stdout: saved });
    const inventory = consents.readFrom({
      ...inventoryProvider,
      check: () => ({ inputs: {}, failures: [] }),
    });
    const news = { things: {}, allowed: ["delete db-3", "delete saved"] };
    inventory.check({ urn: "", type: "", name: "", olds: {}, news });
    programHas("db-1");
    await deleted(target.port, target.key, "db");
    expect(target.commands).toEqual([expect.stringContaining("systemctl stop mysql.service")]);
  });

  it("is deleted if it has none", async () => {
    const waiting = 'state {"waiting":"","member":{"state":"ONLINE"}}';
    const target = await host({ stdout: `data\n${waiting}\n` });
    programHas("db-1");
    await deleted(target.port, target.key, "db");
    expect(target.commands).toHaveLength(2);
  });
});

describe("no host is touched", () => {
  it("in a destroy, which has no program", async () => {
    const target = await host();
    await deleted(target.port, target.key);
    expect(target.commands).toEqual([]);
  });

  it("by the end of a configuration that was replaced, whose host may be the new one's", async () => {
    const target = await host();
    programHas("web-2", "web-3");
    await deleted(target.port, target.key);
    expect(target.commands).toEqual([]);
  });
});
