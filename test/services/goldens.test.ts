import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import type { Bundle } from "../../services/bundle";
import { cloudConfig } from "../../services/first-boot/cloud-config";
import {
  appNode,
  busyAppNode,
  loadBalancer,
  orderingLoadBalancer,
  ordinaryAppNode,
  siteNode,
  tunedLoadBalancer,
  tunedWebNode,
  webNode,
} from "./rendered";
import { appNodeWithExecutable, appNodeWithNode, appNodeWithPython } from "./rendered-runtime";
import { egress, gatewayBalancer, privateNode } from "./rendered-egress";
import { backedUpNode, databaseNode } from "./rendered-database";

const folder = join(__dirname, "golden");
const programs = "/usr/local/lib/webstack/";
/** An empty text, compressed: the programs' own bytes would change with every line of theirs. */
const empty = "H4sIAAAAAAAAAwMAAAAAAAAAAAA=";

function goldenFiles(node: string): string[] {
  const root = join(folder, node);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `/${relative(root, join(entry.parentPath, entry.name))}`)
    .sort();
}

/** Texts of a bundle's files by path, programs left out. */
function texts({ files }: Bundle): [string, string][] {
  return Object.entries(files)
    .filter(([path]) => !path.startsWith(programs))
    .map(([path, { content }]) => [path, content]);
}

const onVolume = databaseNode(3, { id: 4711, sizeGb: 40 });
const bundles = [
  ...[loadBalancer(), tunedLoadBalancer(), webNode(), tunedWebNode(), siteNode()],
  ...[appNode(), ordinaryAppNode(), busyAppNode(), databaseNode(), onVolume, backedUpNode()],
];
/** Each by the name of its golden folder, which is its node's but for a second bundle of a node. */
const named = [
  ...bundles.map((bundle) => [bundle.node, bundle] as const),
  ["lb-2-acme", orderingLoadBalancer()] as const,
  ["lb-1-gateway", gatewayBalancer()] as const,
  ["web-1-private", privateNode()] as const,
  ["app-1-node", appNodeWithNode()] as const,
  ["app-1-python", appNodeWithPython()] as const,
  ["app-1-executable", appNodeWithExecutable()] as const,
];

describe.each(named)("%s", (node, bundle) => {
  it.each(texts(bundle))("%s is the golden file", async (path, content) => {
    await expect(content).toMatchFileSnapshot(join(folder, node, path));
  });

  it("has no golden file that is rendered no more", () => {
    const rendered = texts(bundle).map(([path]) => path);
    expect(goldenFiles(node).filter((path) => !rendered.includes(path))).toEqual([]);
  });

  it("boots with the golden cloud-config", async () => {
    const args = {
      ...{ adminUser: "webstack", deployKey: "ssh-ed25519 AAAA deploy", bundle },
      firstContactKey: `first-contact-of-${node}`,
      egress: node === "web-1-private" ? { ...egress, privateIp: "10.0.2.11" } : undefined,
    };
    const document = cloudConfig(args).replace(/(content: )H4sI\S+/g, `$1${empty}`);
    await expect(document).toMatchFileSnapshot(join(folder, `${node}.cloud-config.yaml`));
  });

  it("manages everything but files and services the same way", () => {
    const { files, services, ...rest } = bundle;
    const state = {
      ...rest,
      services: services.map(({ unit }) => unit),
      files: Object.keys(files),
    };
    return expect(`${JSON.stringify(state, null, 2)}\n`).toMatchFileSnapshot(
      join(folder, `${node}.bundle.json`),
    );
  });
});
