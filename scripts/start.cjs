"use strict";
// Preload of every command: `node --require ./scripts/start.cjs scripts/<command>.ts`. It runs TypeScript as tsx does, in
// a third of tsx's time: each file is compiled once for its content, Node keeps its own compiled form of all modules, and
// stack traces are not mapped unless NODE_OPTIONS=--enable-source-maps asks for it (the Pulumi SDK takes one for each promise).

const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

const cache = join(__dirname, "..", ".webstack", "compiled");
const options = {
  loader: "ts",
  format: "cjs",
  platform: "node",
  target: "node20",
  sourcemap: "inline",
  sourcesContent: false,
  // `import()` of a TypeScript file would pass by this hook.
  supported: { "dynamic-import": false },
  tsconfigRaw: {},
};
const { version } = require("esbuild/package.json");
const way = JSON.stringify([version, options]);

const digest = (text) => createHash("sha256").update(text).digest("hex");

function kept(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** The JavaScript of a TypeScript file. The last line of the kept one says of what it was made. */
function compiled(filename) {
  const source = readFileSync(filename, "utf8");
  const mark = `\n// ${digest(`${way}\0${filename}\0${source}`)}\n`;
  const file = join(cache, `${digest(filename).slice(0, 32)}.cjs`);
  const earlier = kept(file);
  if (earlier.endsWith(mark)) return earlier;
  const { code } = require("esbuild").transformSync(source, { ...options, sourcefile: filename });
  keep(file, code + mark);
  return code + mark;
}

/** Writes a file whole or not at all. A folder that may not be written to costs time and is no error. */
function keep(file, text) {
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch {
    return;
  }
}

Module._extensions[".ts"] = (module, filename) => module._compile(compiled(filename), filename);
// From Node 22 on. What it keeps it compares with the content of the file and the version of Node.
Module.enableCompileCache?.(join(cache, "node"));
// A command goes on after the reader of its output has gone (`| head`, a closed terminal): an update that ends in the
// middle is worse than lost lines, and the Pulumi SDK tells of an error that it cannot write by writing again, for ever.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
require("./local/unused-modules.ts");
