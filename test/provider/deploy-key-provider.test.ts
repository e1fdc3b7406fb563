import { describe, expect, it, onTestFinished, vi } from "vitest";
import { DeployKeyProvider } from "../../provider/deploy-key-provider";
import { madeKey } from "./inputs";
import { type SshHost, sshHost } from "./ssh-host";

const [old, next] = [madeKey(), madeKey()];
const log = { status: vi.fn(), info: vi.fn(), warn: vi.fn() };
const about = { urn: "urn", type: "host:index:DeployKey", name: "admin-deploy-key-change" };

interface KeyedHost extends SshHost {
  /** Public keys that open it. */
  keys: string[];
  isDown: boolean;
}

/** A host that some keys open, and that adds those it is sent. */
async function host(...keys: string[]): Promise<KeyedHost> {
  const state = { keys, isDown: false };
  const started = await sshHost(
    (command, stdin) => {
      if (command.includes("authorized_keys.d") && !state.keys.includes(stdin.trim())) {
        state.keys.push(stdin.trim());
      }
      return {};
    },
    (key) => !state.isDown && state.keys.includes(key),
  );
  onTestFinished(started.close);
  return Object.assign(state, started);
}

/** What the provider is given: a load balancer is reached directly, a node behind it through it. */
function inputs(door: SshHost, inner: SshHost) {
  return {
    ...{ user: "webstack", version: 2, publicKey: next.publicKey },
    ...{ privateKey: next.privateKey, formerPrivateKey: old.privateKey },
    hosts: [
      { node: "web-1", host: "127.0.0.1", port: inner.port, bastions: [`127.0.0.1:${door.port}`] },
      { node: "lb-1", host: "127.0.0.1", port: door.port, bastions: [] },
    ],
  };
}

const create = (values: ReturnType<typeof inputs>) =>
  new DeployKeyProvider(() => log, 5).create({ ...about, inputs: values, preview: false });

describe("a new deploy key", () => {
  it("is added beside the old one on every host, and proved there", async () => {
    const [door, inner] = [await host(old.publicKey), await host(old.publicKey)];
    const { state } = await create(inputs(door, inner));
    expect(state.privateKey).toBe(next.privateKey);
    for (const { keys, commands } of [door, inner]) {
      expect(keys).toEqual([old.publicKey, next.publicKey]);
      expect(commands.at(-1)).toBe("true");
    }
  });

  it("is added where it is missing if the run before was interrupted", async () => {
    const door = await host(old.publicKey, next.publicKey);
    const inner = await host(old.publicKey);
    await create(inputs(door, inner));
    expect(door.keys).toHaveLength(2);
    expect(inner.keys).toContain(next.publicKey);
  });

  it("needs no old one on a host that was born with it", async () => {
    const [door, inner] = [await host(old.publicKey), await host(next.publicKey)];
    await create(inputs(door, inner));
    expect(inner.keys).toEqual([next.publicKey]);
  });

  it("is a change alone, whatever hosts there are", () => {
    const plan = (state: object, news: object) =>
      new DeployKeyProvider(() => log).diff({
        ...{ ...about, id: "deploy-key", oldInputs: {} },
        ...{ state: state as never, inputs: news as never },
      }).changes;
    const now = { publicKey: "a", hosts: [{ node: "web-1" }], version: 2 };
    expect(plan(now, { ...now, hosts: [] })).toEqual([]);
    expect(plan(now, { ...now, publicKey: "b", version: 3 })).toEqual([
      { path: "publicKey", kind: "update" },
    ]);
  });
});

it("a host that neither key opens is named, and the old key stays on all", async () => {
  const [door, inner] = [await host(old.publicKey), await host("another")];
  await expect(create(inputs(door, inner))).rejects.toThrow(
    /^deploy key 2 could not be proved on every host, so key 1 stays valid on all of them\nweb-1: 127.0.0.1 cannot be reached over SSH within 5 s [^]*raised by 1 at a time, and never lowered/,
  );
  expect(door.keys).toContain(old.publicKey);
});
