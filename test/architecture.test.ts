import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(__dirname, "..");

/** Rooms, and single files at the root, with what they may import besides Node's own modules. */
const allowed: Record<string, string[]> = {
  "index.ts": ["program"],
  "program.ts": ["config", "web-stack", "host-programs", "app-source", "@pulumi/pulumi"],
  "web-stack.ts": ["web-stack", "topology", "components", "rolling", "@pulumi/pulumi"],
  "web-stack": ["web-stack", "topology", "components", "resources", "rolling"],
  "config.ts": ["config", "@pulumi/pulumi"],
  config: ["config", "zod", "yaml", "@pulumi/pulumi"],
  "topology.ts": [],
  "host-programs.ts": ["bundled-once"],
  "bundled-once.ts": ["esbuild"],
  release: ["release", "config/command", "config/runtime", "tar"],
  "app-source.ts": ["config", "release"],
  components: [...["components", "services", "resources", "@pulumi/*", "provider/resources"]],
  resources: ["resources", "@pulumi/*"],
  services: ["services", "yaml"],
  rolling: [
    ...["rolling", "provider/connect", "provider/login-change", "provider/orderly-stop"],
    "provider/release",
    "services/supervisor/supervisor-ports",
    ...["config/addresses", "preview/plan"],
    ...["zod", "@pulumi/pulumi"],
  ],
  // A client of an ACME authority is a library's (decision 30); all else is Node's own.
  // What speaks against an up: reads settings and the API, and makes nothing.
  doctor: [
    ...["doctor", "config/addresses", "config/cloud-offer", "config/own-certificate"],
    ...["topology", "zod"],
    ...["rolling/cloud-api", "preview/price-list"],
  ],
  // What a stack showed in, verdicts out: it starts nothing and asks nobody.
  prove: ["prove", "zod"],
  host: ["host", "acme-client"],
  plugin: ["plugin", "@pulumi/pulumi"],
  provider: [
    ...["provider", "plugin", "services/app/app-program", "services/supervisor/supervisor-ports"],
    ...["ssh2", "@pulumi/pulumi"],
  ],
  localcloud: ["localcloud", "localcloud/*"],
  offline: [
    ...["offline", "plugin", "bundled-once", "@pulumi/pulumi"],
    ...["@peculiar/x509", "bcryptjs", "reflect-metadata", "yaml"],
  ],
  // Events in, words out: it starts nothing and asks nobody.
  preview: ["preview", "plugin/values", "zod"],
  "sample-app": ["sample-app", "sample-app/*"],
};

/** Files of other rooms from which a room may import types, and nothing else. */
const allowedTypes: Record<string, string[]> = {
  "web-stack.ts": ["release/facts"],
  "web-stack": [
    "config",
    "release/facts",
    "services/bundle",
    "services/app/app-program",
    "@pulumi/pulumi",
  ],
  // The plan of a stack: which nodes there are.
  components: ["topology"],
  doctor: ["config"],
  services: ["topology"],
  rolling: ["topology", "services/bundle"],
  // The description of a host that the program renders, the provider delivers and the host applies.
  provider: ["services/bundle"],
  host: ["services/bundle"],
  preview: ["services/bundle", "@pulumi/pulumi"],
};

/** Packages that the two workspaces name in their own package.json. */
function workspacePackages(room: string): string[] {
  if (room !== "localcloud" && room !== "sample-app") return [];
  const file = JSON.parse(readFileSync(join(root, room, "package.json"), "utf8"));
  return Object.keys({ ...file.dependencies, ...file.devDependencies });
}

function sources(place: string): string[] {
  if (place.endsWith(".ts")) return [place];
  return readdirSync(join(root, place), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/(^|\/)(node_modules|dist|test)\//.test(file))
    .map((file) => `${place}/${file}`)
    .sort();
}

/** What code imports, types alone or values too. */
const typeImport = /^(?:import|export) type\b[^;]*?\bfrom "([^"]+)"/gms;
const valueImports = [
  /^(?:import|export)\b(?! type\b)[^;]*?\bfrom "([^"]+)"/gms,
  /^import "([^"]+)"/gm,
  /\b(?:import|require)\("([^"]+)"\)/g,
];

/** What a file imports: paths from the root without ending, or names of packages. */
function imports(file: string, kinds: readonly RegExp[] = [typeImport, ...valueImports]): string[] {
  const code = readFileSync(join(root, file), "utf8");
  return kinds
    .flatMap((kind) => [...code.matchAll(kind)])
    .map(([, target]) =>
      target!.startsWith(".")
        ? relative(root, join(root, dirname(file), target!))
            .split(sep)
            .join("/")
        : packageName(target!),
    );
}

function packageName(target: string): string {
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
}

function isAllowed(target: string, rules: string[]): boolean {
  if (target.startsWith("node:") || builtinModules.includes(target)) return true;
  return rules.some((rule) =>
    rule.endsWith("*")
      ? target.startsWith(rule.slice(0, -1))
      : target === rule || target.startsWith(`${rule}/`),
  );
}

describe("the house", () => {
  it.each(Object.entries(allowed))("%s imports only what it may", (place, may) => {
    const rules = [...may, ...workspacePackages(place)];
    const types = [...rules, ...(allowedTypes[place] ?? [])];
    const strays = sources(place).flatMap((file) =>
      [
        ...imports(file, valueImports).filter((target) => !isAllowed(target, rules)),
        ...imports(file, [typeImport]).filter((target) => !isAllowed(target, types)),
      ].map((target) => `${file} imports ${target}`),
    );
    expect(strays).toEqual([]);
  });

  it("knows what is forbidden", () => {
    expect(isAllowed("node:fs", [])).toBe(true);
    expect(isAllowed("components/server", ["components"])).toBe(true);
    expect(isAllowed("components-old/server", ["components"])).toBe(false);
    expect(isAllowed("localcloud/main", allowed.components!)).toBe(false);
    expect(imports("test/architecture.test.ts", valueImports)).toContain("vitest");
    expect(imports("provider/inputs.ts", [typeImport])).toContain("services/bundle");
    expect(imports("provider/inputs.ts", valueImports)).not.toContain("services/bundle");
  });

  it("has an index of at most 20 lines", () => {
    expect(lineCount("index.ts")).toBeLessThanOrEqual(20);
  });

  it("has one component in each file of components/, and nothing else to call", () => {
    const strays = sources("components").filter((file) => {
      const code = readFileSync(join(root, file), "utf8");
      const values = code.match(/^export (?!interface|type)[^{]*/gm) ?? [];
      const component =
        /^export (abstract )?class \w+[^]*extends (Tier<|pulumi\.ComponentResource)/;
      return values.length !== 1 || !component.test(values[0]);
    });
    expect(strays).toEqual([]);
  });

  const everything = [...Object.keys(allowed), "scripts", "test"].flatMap(allFiles);

  it("has no source file of more than 200 lines", () => {
    expect(everything.filter((file) => lineCount(file) > 200)).toEqual([]);
  });

  it("has no drawer for odds and ends", () => {
    const drawer = /(^|\/|-)(utils?|helpers?|common|misc)(\.ts|\/)/;
    expect(everything.filter((file) => drawer.test(file))).toEqual([]);
  });
});

function allFiles(place: string): string[] {
  if (place.endsWith(".ts")) return [place];
  return readdirSync(join(root, place), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/(^|\/)(node_modules|dist)\//.test(file))
    .map((file) => `${place}/${file}`);
}

function lineCount(file: string): number {
  return readFileSync(join(root, file), "utf8").trimEnd().split("\n").length;
}
