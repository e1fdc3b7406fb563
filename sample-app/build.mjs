// Bundles the app into dist/, a release that needs nothing but Node: same sources, same bytes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const begin = Date.now();

// What is built depends on this directory alone, not on a compiler setting somewhere above it.
const common = { absWorkingDir: here, bundle: true, tsconfigRaw: {}, logLevel: "warning" };

rmSync(dist, { recursive: true, force: true });
await bundlePrograms();
await bundleAssets();
writePackage();
console.log(`sample-app: dist/ built in ${Date.now() - begin} ms`);

async function bundlePrograms() {
  await build({
    ...common,
    entryPoints: { server: "src/server.ts", migrate: "src/migrate.ts" },
    outdir: "dist",
    platform: "node",
    target: "node22",
    format: "cjs",
    // Names stay, so that a stack trace in a log can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "eof",
  });
}

async function bundleAssets() {
  const result = await build({
    ...common,
    entryPoints: ["assets/app.css", "assets/app.js"],
    outdir: "dist/public/assets",
    minify: true,
    target: ["chrome123", "firefox120", "safari17.5"],
    write: false,
  });
  for (const { path, contents } of result.outputFiles) writeHashed(path, contents);
  for (const name of ["favicon.svg", "robots.txt"]) {
    writeCompressed(join(dist, "public", name), readFileSync(join(here, "assets", name)));
  }
}

function writeHashed(path, contents) {
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 10);
  const extension = extname(path);
  writeCompressed(`${path.slice(0, -extension.length)}-${hash}${extension}`, contents);
}

function writeCompressed(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  const packed = gzipSync(contents, { level: 9 });
  // Byte 9 names the operating system that compressed (RFC 1952): 255 = unknown.
  packed[9] = 255;
  writeFileSync(`${path}.gz`, packed);
}

function writePackage() {
  const { name, version, license } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  const content = { name, version, private: true, license, engines: { node: ">=22.12" } };
  writeFileSync(join(dist, "package.json"), `${JSON.stringify(content, null, 2)}\n`);
}
