import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { Hosts } from "../../rolling/hosts";
import { isRetired, retiringHook } from "../../rolling/retiring";
import { plan } from "../support/tier-args";
// Lets mocks take hooks.
import "../support/record";

const path = "/etc/passwords.json";

/** The hook, as the engine would call it, with hosts that use the secrets of `held`. */
async function hookWith(held: Record<string, string | undefined>) {
  const mocks = { newResource: () => ({ id: "1", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(mocks, "webstack", "test", false);
  const commands: string[] = [];
  const hosts: Hosts = {
    nodes: plan.app,
    run: async (node, command) => {
      commands.push(command);
      const secret = held[node];
      if (secret === undefined) throw new Error("timed out");
      return `${createHash("sha256").update(secret).digest("hex")}  -\n`;
    },
  };
  const hook = retiringHook({
    ...{ what: "database passwords", path, holders: plan.app, waitSeconds: 0 },
    listIn: (content) => JSON.parse(content) as string[],
    held: { path: "/etc/app.env", sed: "s|^A=||p" },
    hosts: async () => hosts,
  });
  const values = (list: string[]) => ({
    secrets: { [path]: pulumi.secret(JSON.stringify(list)), "/etc/other": "b" },
  });
  const update = async (before: string[], after: string[]) =>
    hook.callback({
      ...{ urn: "urn", id: "1", name: "db-1-configuration", type: "host:index:Configuration" },
      ...{ oldInputs: values(after), oldOutputs: values(before), newInputs: values(after) },
    });
  return { update, commands };
}

const [first, second, third] = ["secret-one", "secret-two", "secret-three"];

describe("the hook before a secret is retired", () => {
  it("lets the change pass if every node uses the former or the present secret", async () => {
    const { update, commands } = await hookWith({ "app-1": second, "app-2": third });
    await update([second, first], [third, second]);
    expect(commands).toHaveLength(2);
    expect(commands.join()).not.toContain("secret-");
  });

  it("stops the change if a node uses the oldest one, since it was passed over", async () => {
    const { update } = await hookWith({ "app-1": second, "app-2": first });
    await expect(update([second, first], [third, second])).rejects.toThrow(
      /^the database passwords were not changed, .*: app-2 still uses an earlier one\. Start .* back by 1/,
    );
  });

  it("stops the change if a node cannot be asked", async () => {
    const { update } = await hookWith({ "app-1": second });
    await expect(update([second, first], [third, second])).rejects.toThrow(
      /app-2 cannot be asked \(.*timed out\)/,
    );
  });

  it("takes a node without the file for one that uses no secret", async () => {
    const { update } = await hookWith({ "app-1": second, "app-2": "" });
    await update([second, first], [third, second]);
  });

  it("asks nobody at a first change, on the way back, or without a change", async () => {
    const { update, commands } = await hookWith({});
    await update([first], [second, first]);
    await update([second, first], [first]);
    await update([second, first], [second, first]);
    expect(commands).toEqual([]);
  });
});

it("session secrets are retired by one step, and all at once by three", () => {
  expect(isRetired(["1", "2"], ["2", "1", "3"])).toBe(false);
  expect(isRetired(["2", "1", "3"], ["3", "2", "4"])).toBe(true);
  expect(isRetired(["2", "1", "3"], ["5", "4", "6"])).toBe(false);
});
