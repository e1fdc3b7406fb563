import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { bundled, bundledOnce, type BundleOptions } from "./bundled-once";

const usual = join(__dirname, "host");
const kept = join(__dirname, ".webstack", "compiled", "host-programs.json");

/**
 * The programs that run on the hosts, by name: each `host/<name>.ts` as one minified CommonJS
 * text for the Node of the hosts. Same sources, same bytes.
 *
 * @throws Error if a program does not compile.
 */
export function hostPrograms(directory = usual): Record<string, string> {
  const names = readdirSync(directory)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
  const built = compiled(directory, names);
  return Object.fromEntries(names.map((name) => [name, built.get(name)!]));
}

/** All in one call, which reads what they share once; kept for the folder of this checkout. */
function compiled(directory: string, names: readonly string[]): Map<string, string> {
  const options = {
    absWorkingDir: directory,
    entryPoints: names.map((name) => `${name}.ts`),
    outdir: directory,
    bundle: true,
    platform: "node",
    // Ubuntu 26.04 brings Node 22, Debian unstable Node 24.
    target: "node22",
    format: "cjs",
    // Modules are strict, scripts are not unless they say so.
    banner: { js: '"use strict";' },
    minify: true,
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
    // The program's own settings are enough; a compiler file would make the text depend on it.
    tsconfigRaw: {},
  } satisfies BundleOptions;
  const bundles = directory === usual ? bundledOnce(options, kept) : bundled(options).bundles;
  return new Map(Object.entries(bundles).map(([path, text]) => [basename(path, ".js"), text]));
}
