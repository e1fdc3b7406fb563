import * as pulumi from "@pulumi/pulumi";
import { beforeEach, onTestFinished, vi } from "vitest";
import { TestCloud, tokens } from "../../../localcloud/test/support/test-cloud";
import { lockoutHooks, type LockoutArgs } from "../../../rolling/lockout";
// Lets mocks take hooks.
import "../../support/record";

/** Name of the firewall. */
export const name = "webstack-dev-edge";
export const home = "5.75.1.2/32";
export const office = "198.18.5.0/24";
export const block6 = "2a01:4f8::/32";
export const soon = "admin:open until 2026-11-02T13:00:00.000Z";
export const past = "admin:open until 2026-11-02T11:00:00.000Z";

/** Lines of the log. */
export const told: string[] = [];
for (const level of ["warn", "info"] as const) {
  vi.spyOn(pulumi.log, level).mockImplementation(async (line) => void told.push(line));
}
export let cloud: TestCloud;
beforeEach(() => {
  told.length = 0;
  cloud = new TestCloud();
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace("https://cloud.test/v1", "");
    const { status, body } = await cloud.call(init.method!, path, init.body as string | undefined);
    return new Response(JSON.stringify(body), { status });
  });
  onTestFinished(() => void vi.unstubAllGlobals());
});

/** Replaces the cloud by an empty one. */
export function forgetCloud(): void {
  cloud = new TestCloud();
}

/** Rules as the API has them. */
export function live(blocks: readonly string[], openings: Record<string, string> = {}) {
  const ssh = { direction: "in", protocol: "tcp", port: "22" };
  return [
    { ...ssh, source_ips: blocks, description: "SSH of the admins" },
    ...Object.entries(openings).map(([block, description]) => ({
      ...{ ...ssh, source_ips: [block], description },
    })),
  ];
}

/** Inputs of the firewall, as the program declares them. */
export function inputs(blocks: readonly string[], openings: Record<string, string> = {}) {
  const rules = live(blocks, openings).map(({ source_ips: sourceIps, ...rule }) => ({
    ...rule,
    sourceIps,
  }));
  const http = { direction: "in", protocol: "tcp", port: "80", sourceIps: ["0.0.0.0/0"] };
  return { rules: [http, ...rules] };
}

/** The hooks, as the engine would call them. */
export async function hooksWith(address: string | undefined, more: Partial<LockoutArgs> = {}) {
  const mocks = { newResource: () => ({ id: "1", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(mocks, "webstack", "test", false);
  let asked = 0;
  const hooks = lockoutHooks({
    ...{ firewall: name, isAllowed: false, isPreview: false },
    project: { endpoint: "https://cloud.test/v1", token: pulumi.secret(tokens[0]) },
    address: async () => (asked++, address),
    now: () => new Date("2026-11-02T12:00:00Z"),
    ...more,
  });
  const of = (kind: "beforeCreate" | "beforeUpdate" | "afterUpdate") =>
    hooks[kind]![0] as pulumi.ResourceHook;
  const called = { urn: "urn", id: "1", name: "firewalls-edge", type: "firewall" };
  return {
    asked: () => asked,
    onDryRun: (["beforeCreate", "beforeUpdate", "afterUpdate"] as const).map(
      (kind) => of(kind).opts?.onDryRun ?? false,
    ),
    create: async (after: object) => of("beforeCreate").callback({ ...called, newInputs: after }),
    update: async (before: object, after: object) =>
      of("beforeUpdate").callback({ ...called, oldInputs: before, newInputs: after }),
    updated: async () => of("afterUpdate").callback(called),
  };
}
