import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type LoginSteps, loginNameHook } from "../../rolling/login-name";
// Lets mocks take hooks.
import "../support/record";

const warned: string[] = [];
vi.spyOn(pulumi.log, "warn").mockImplementation(async (line) => void warned.push(line));
vi.spyOn(pulumi.log, "info").mockImplementation(async () => undefined);
beforeEach(() => void (warned.length = 0));

type Step = Awaited<ReturnType<LoginSteps["addLogin"]>>;
const doors = ["203.0.113.11", "203.0.113.12"];
const routes = [
  ...["web-1", "db-1"].map((name, i) => ({
    node: { name, role: name.split("-")[0] as "web" | "db" },
    ...{ host: `10.0.2.${i}`, bastions: doors.map((door) => pulumi.output(door)) },
  })),
  { node: { name: "lb-1", role: "lb" as const }, host: pulumi.output(doors[0]!), bastions: [] },
];

/** The hook, as the engine would call it, with what was done where, in order. */
async function hookWith(answer: (what: string) => Step = () => "done") {
  const mocks = { newResource: () => ({ id: "1", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(mocks, "webstack", "test", false);
  const done: string[] = [];
  const step =
    (what: string): LoginSteps["addLogin"] =>
    async ({ node, bastions }, former, { user, privateKey }) => {
      expect([user, privateKey, bastions]).toEqual([
        "alice",
        "the key",
        node === "lb-1" ? [] : doors,
      ]);
      const line = `${what} ${node} as ${former}`;
      done.push(line);
      await Promise.resolve();
      return answer(line);
    };
  const steps = { checkLogin: step("check"), addLogin: step("add") };
  const hook = loginNameHook({ routes, privateKey: pulumi.secret("the key"), steps });
  const values = (user: string) => ({ connection: pulumi.secret({ user }) });
  const update = async (node: string, was = "webstack", is = "alice") =>
    hook.callback({
      ...{ urn: "urn", id: "1", name: `${node}-configuration`, type: "host:index:Configuration" },
      ...{ oldInputs: values(is), oldOutputs: values(was), newInputs: values(is) },
    });
  return { update, done, hook };
}

const all = ["check lb-1", "check web-1", "check db-1", "add lb-1", "add web-1", "add db-1"];

describe("the hook before the login name changes", () => {
  it("checks all nodes, then adds the name on load balancers, then on those behind, once", async () => {
    const { update, done, hook } = await hookWith();
    await update("db-1");
    await update("web-1");
    await update("lb-1");
    expect(done).toEqual(all.map((one) => `${one} as webstack`));
    expect(hook.opts?.onDryRun).toBeFalsy();
  });

  it("does nothing at an update with the recorded name", async () => {
    const { update, done } = await hookWith();
    await update("db-1", "alice");
    expect(done).toEqual([]);
  });

  it("changes no node if one has another account of that name", async () => {
    const { update, done } = await hookWith((what) => {
      if (what.startsWith("check db-1")) throw new Error("db-1 has alice");
      return "done";
    });
    await expect(update("web-1")).rejects.toThrow(
      "db-1 has alice\nthe former login name stays valid on all nodes",
    );
    expect(done.join()).not.toContain("add");
  });

  it("leaves a node that is off to its own configuration, by the name recorded for that node", async () => {
    let isOff = true;
    const { update, done } = await hookWith((what) =>
      what.includes("web-1") && isOff ? { unreached: "no answer" } : "done",
    );
    await update("db-1");
    expect(done.join()).not.toContain("add web-1");
    expect(warned).toEqual([
      "web-1 does not have the login alice yet (no answer); every node keeps the former one until this node has it",
    ]);
    isOff = false;
    await update("web-1", "older");
    expect(done.at(-1)).toBe("add web-1 as older");
  });

  it("stops at a node that accepts neither its recorded name nor the new one", async () => {
    const { update } = await hookWith((what) => (what.includes("web-1") ? "refused" : "done"));
    await update("db-1");
    await expect(update("web-1")).rejects.toThrow(
      "web-1 accepts neither the login webstack, which is recorded for it, nor alice",
    );
  });
});
