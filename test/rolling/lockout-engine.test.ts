import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { planOf } from "../../preview/plan";
import { previewOf } from "../../preview/preview";
import { cloudCall } from "../../rolling/cloud-api";
import { type Config, HostlessStack } from "../../scripts/hostless/hostless-stack";
import { MemoryCloud } from "../../scripts/hostless/memory-cloud";
import { repositoryRoot } from "../../scripts/local/paths";
import { namedAddress } from "../../web-stack/args";

const cloud = new MemoryCloud();
let stack: HostlessStack;
let config: Config;
const own = "5.75.1.2";

/** The settings with these blocks, and lines of consent. */
function settings(cidrs: string[], consent: string[] = []): Config {
  const admin = { ...(config["webstack:admin"] as object), cidrs };
  return { ...config, "webstack:admin": admin, "webstack:consent": consent };
}

interface Listed {
  id: number;
  rules: { description: string; port: string; source_ips: string[] }[];
}

async function edge(): Promise<Listed> {
  const path = "/firewalls?name=webstack-access-edge";
  const found = (await cloudCall(cloud.access, "GET", path)) as { firewalls: Listed[] };
  return found.firewalls[0]!;
}

async function sshBlocks(): Promise<string[]> {
  const { rules } = await edge();
  return rules.filter(({ port }) => port === "22").flatMap((rule) => rule.source_ips);
}

beforeAll(async () => {
  await cloud.start();
  const file = readFileSync(join(repositoryRoot, "Pulumi.local.yaml"), "utf8");
  config = (parse(file) as { config: Config }).config;
  stack = await HostlessStack.create(cloud, { name: "access", say: () => undefined });
  vi.stubEnv(namedAddress, own);
}, 600_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  process.chdir(repositoryRoot);
  await cloud.stop();
});

describe("an up with the real engine", () => {
  it("makes no firewall and no server if the list leaves its machine out", async () => {
    await expect(stack.up(settings(["198.51.100.0/24"]))).rejects.toThrow(`seen with ${own}`);
    const found = (await cloudCall(cloud.access, "GET", "/servers")) as { servers: unknown[] };
    expect([await edge(), found.servers]).toEqual([undefined, []]);
    await stack.up(settings([`${own}/32`]));
    expect(await sshBlocks()).toEqual([`${own}/32`]);
  }, 300_000);

  it("is refused in its preview and before its first step if an edit takes the access", async () => {
    const without = settings(["198.51.100.0/24"]);
    const { refused, consent, verdict } = previewOf(planOf(await stack.preview(without)), {
      stack: "access",
    });
    expect(refused).toEqual([expect.stringMatching(/^webstack:admin.cidrs must contain the addr/)]);
    expect([verdict, consent]).toEqual(["dangerous", ["delete access until <YYYY-MM-DD>"]]);
    await expect(stack.up(without)).rejects.toThrow(`seen with ${own}`);
    expect(await sshBlocks()).toEqual([`${own}/32`]);
  }, 300_000);

  it("keeps the opening of a runner that is in no list, and takes the access by consent", async () => {
    vi.stubEnv(namedAddress, "5.75.9.9");
    const { id, rules } = await edge();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const opening = {
      ...{ direction: "in", protocol: "tcp", port: "22", source_ips: ["5.75.9.9/32"] },
      description: `admin:open until ${until}`,
    };
    const path = `/firewalls/${id}/actions/set_rules`;
    await cloudCall(cloud.access, "POST", path, { rules: [...rules, opening] });
    const both = [`${own}/32`, "198.51.100.0/24"];
    await stack.up(settings(both));
    expect(await sshBlocks()).toEqual([...both, "5.75.9.9/32"]);
    vi.stubEnv(namedAddress, own);
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    await stack.up(settings(["198.51.100.0/24"], [`delete access until ${day}`]));
    expect(await sshBlocks()).toEqual(["198.51.100.0/24", "5.75.9.9/32"]);
  }, 300_000);
});
