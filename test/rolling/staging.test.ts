import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { stagingHook } from "../../rolling/staging";
import { plan } from "../support/tier-args";
// Lets mocks take hooks.
import "../support/record";

const warned: string[] = [];
vi.spyOn(pulumi.log, "warn").mockImplementation(async (line) => void warned.push(line));
beforeEach(() => void (warned.length = 0));

const release = { digest: "b".repeat(64), root: "/srv/app", keep: 3 };

/** The hook, as the engine would call it, with what was staged where. */
async function hookWith(answer: (node: string) => string | undefined = () => undefined) {
  const mocks = { newResource: () => ({ id: "1", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(mocks, "webstack", "test", false);
  const staged: unknown[] = [];
  const { beforeUpdate, ...others } = stagingHook({
    ...{ nodes: plan.web, user: "webstack", privateKey: pulumi.secret("the key"), release },
    firstContactKey: (node) => pulumi.secret(`first contact of ${node}`),
    ...{ bastions: [pulumi.output("203.0.113.11")], archive: "/a.tar.gz" },
    stageOn: async (host, wanted) => {
      staged.push([host, wanted]);
      return answer(host.node);
    },
  });
  const [hook] = beforeUpdate as pulumi.ResourceHook[];
  const args = (before: string, after: string) => ({
    ...{ urn: "urn", id: "1", name: "app-1-configuration", type: "host:index:Configuration" },
    ...{ oldInputs: { release: { digest: before } }, oldOutputs: {} },
    newInputs: { release: { digest: after } },
  });
  const update = async (before = "a", after = "b") => hook!.callback(args(before, after));
  return { update, staged, others, onDryRun: hook!.opts?.onDryRun };
}

describe("the hook before the first switch", () => {
  it("stages the release on every web node, once for all configurations", async () => {
    const { update, staged } = await hookWith();
    await update();
    await update();
    const [web1] = plan.web;
    expect(staged).toHaveLength(plan.web.length);
    expect(staged[0]).toEqual([
      {
        node: "web-1",
        connection: {
          ...{ host: web1!.privateIp, user: "webstack", privateKey: "the key" },
          bastions: ["203.0.113.11"],
          firstContactKey: "first contact of web-1",
        },
      },
      { ...release, archive: "/a.tar.gz" },
    ]);
  });

  it("does nothing at an update of the same release, in a preview, or for a new node", async () => {
    const { update, staged, others, onDryRun } = await hookWith();
    await update("a", "a");
    expect(staged).toEqual([]);
    expect(onDryRun).toBeFalsy();
    expect(others).toEqual({});
  });

  it("warns of a web node that is not reached, and goes on", async () => {
    const { update } = await hookWith((node) => (node === "web-2" ? "timed out" : undefined));
    await update();
    expect(warned).toEqual([
      "web-2: the new release's assets are not ready before the switch of the first node (timed out); " +
        "until this node switches too, it may answer 404 for them",
    ]);
  });

  it("stops the update if a web node cannot take the release", async () => {
    const { update } = await hookWith((node) => {
      throw new Error(`${node}: no space`);
    });
    await expect(update()).rejects.toThrow(
      "web-1: no space\nweb-2: no space\nno node was switched; mend the cause",
    );
  });
});
