import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { CloudType } from "../../rolling/cloud";
import { resizeHooks, type RolledNode } from "../../rolling/hooks";
import { Resizing } from "../../rolling/resize";
import { plan } from "../support/tier-args";
import { FakeHosts } from "./support/fake-hosts";
// Lets mocks take hooks.
import "../support/record";

const begin = vi.spyOn(Resizing.prototype, "begin").mockResolvedValue();
const end = vi.spyOn(Resizing.prototype, "end").mockResolvedValue();
const fail = vi.spyOn(Resizing.prototype, "fail").mockResolvedValue();
const lines: string[] = [];
vi.spyOn(pulumi.log, "info").mockImplementation(async (line) => void lines.push(line));
beforeEach(() => {
  for (const spy of [begin, end, fail]) spy.mockClear();
  lines.length = 0;
});

const known = ["cpx22", "cpx32"];
const type = async (name: string): Promise<CloudType | undefined> =>
  known.includes(name)
    ? { name, architecture: "x86", diskGb: 80, memoryGib: 4, locations: ["nbg1", "fsn1"] }
    : undefined;

/** Hooks of a node, as the engine would call them. */
async function hooksOf(
  node: RolledNode,
  { preview = false, nodes = [...plan.web, ...plan.app] as RolledNode[], allowed = false } = {},
) {
  const mocks = { newResource: () => ({ id: "1", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(mocks, "webstack", "test", preview);
  const cloud = { servers: async () => [], powerOn: async () => undefined, type };
  const { beforeUpdate, afterUpdate, onError } = resizeHooks({
    ...{ nodes, cloud, hosts: async () => new FakeHosts(), allowsOutage: () => allowed },
    today: new Date("2026-11-28T12:00:00Z"),
  })(node);
  const args = (from: string, to: string) => ({
    ...{ urn: "urn", id: "1", name: `${node.name}-vm`, type: "hcloud:index/server:Server" },
    oldInputs: { serverType: from, labels: { a: "1" } },
    oldOutputs: { serverType: from, location: "nbg1", primaryDiskSize: 80 },
    newInputs: { serverType: to, labels: { a: "2" }, keepDisk: true },
  });
  const [before] = beforeUpdate as pulumi.ResourceHook[];
  const [after] = afterUpdate as pulumi.ResourceHook[];
  return {
    onDryRun: [before!.opts?.onDryRun, after!.opts?.onDryRun],
    before: async (from: string, to: string) => before!.callback(args(from, to)),
    after: async (from: string, to: string) => after!.callback(args(from, to)),
    failed: async (errors: string[]) =>
      onError![0]!.callback({ ...args("cpx22", "cpx32"), failedOperation: "update", errors }),
  };
}

const web1 = plan.web[0]!;

describe("the hooks of a server", () => {
  it("leave every change alone but that of the type", async () => {
    const hooks = await hooksOf(web1);
    await hooks.before("cpx22", "cpx22");
    await hooks.after("cpx22", "cpx22");
    expect([begin, end].flatMap((spy) => spy.mock.calls)).toEqual([]);
  });

  it("surround a change of the type", async () => {
    const hooks = await hooksOf(web1);
    await hooks.before("cpx22", "cpx32");
    await hooks.after("cpx22", "cpx32");
    const change = { from: "cpx22", to: "cpx32" };
    expect(begin.mock.calls).toEqual([[web1, change]]);
    expect(end.mock.calls).toEqual([[web1, change]]);
  });

  it("bring a server back that could not be changed, and ask for no second try", async () => {
    const hooks = await hooksOf(web1);
    expect(await hooks.failed(["sold out", "conflict"])).toBe(false);
    expect(fail.mock.calls).toEqual([[web1, "sold out"]]);
  });

  it("tell in a preview what an update would do, and do nothing", async () => {
    const hooks = await hooksOf(web1, { preview: true });
    expect(hooks.onDryRun).toEqual([true, undefined]);
    await hooks.before("cpx22", "cpx32");
    expect(begin).not.toHaveBeenCalled();
    expect(lines).toEqual([
      "web-1: cpx22 -> cpx32, with its disk as it is; off for about 2 min, one server of the stack at a time " +
        "(web-1, web-2: about 4 min); the other web nodes answer; visitors notice nothing",
    ]);
  });

  it("refuse in preview and update what the cloud would refuse", async () => {
    for (const preview of [true, false]) {
      const hooks = await hooksOf(web1, { preview });
      await expect(hooks.before("cpx22", "cpx99")).rejects.toThrow(/got cpx99: the cloud has no/);
    }
    expect(begin).not.toHaveBeenCalled();
  });

  it("refuse to switch the only node of a tier off, and say how long it would be", async () => {
    const nodes = [web1, ...plan.app];
    for (const preview of [true, false]) {
      const hooks = await hooksOf(web1, { preview, nodes });
      await expect(hooks.before("cpx22", "cpx32")).rejects.toThrow(
        "web-1 must be off to become cpx32 (now cpx22), and it is the only web node: the site is off for " +
          "about 2 min. Make its tier larger, or allow it in the stack file: " +
          'webstack:consent: ["resize web until 2026-11-28"]',
      );
    }
    const hooks = await hooksOf(web1, { nodes, allowed: true });
    await hooks.before("cpx22", "cpx32");
    expect(begin).toHaveBeenCalledTimes(1);
  });
});
